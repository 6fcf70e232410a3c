"""`ergode summary` and `diagnose` of files that ArviZ and CmdStan wrote.  test_foreign.py ERGODE"""
import json
import os
import subprocess
import sys
import tempfile
import unittest
import warnings

warnings.filterwarnings("ignore")
import arviz as az
import numpy as np

ERGODE = os.path.realpath(sys.argv[1])

# As CmdStan 2.36 writes them.
HEADER = """# stan_version_major = 2
# stan_version_minor = 36
# model = bernoulli_model
# method = sample (Default)
#   sample
#     num_samples = {samples} (Default)
#     num_warmup = {warmup} (Default)
#     save_warmup = {save}
#     thin = {thin} (Default)
#     algorithm = hmc (Default)
#       hmc
#         engine = nuts (Default)
#           nuts
#             max_depth = 10 (Default)
#         metric = dense_e
# random
#   seed = 3303 (Default)
"""
ADAPTED = """# Adaptation terminated
# Step size = 0.9
# Elements of inverse mass matrix:
# 1, 0.1
# 0.1, 1
"""
END = "# \n#  Elapsed Time: 0.006 seconds (Warm-up)\n#                0.015 seconds (Sampling)\n# \n"
STATISTICS = "lp__,accept_stat__,stepsize__,treedepth__,n_leapfrog__,divergent__,energy__"
RANDOM = np.random.default_rng(1)
DRAWS = RANDOM.normal(size=(4, 200, 3, 2))


def rows(draws):
    return "".join("-1,0.9,0.8,2,3,0,1," + ",".join(map(repr, map(float, r))) + "\n" for r in draws)


class Foreign(unittest.TestCase):
    def setUp(self):
        os.chdir(self.enterContext(tempfile.TemporaryDirectory()))

    def ergode(self, *arguments, code=0):
        done = subprocess.run([ERGODE, *arguments], capture_output=True, text=True)
        self.assertEqual(done.returncode, code, done.stderr)
        return done

    def summary(self, *paths):
        self.ergode("diagnose", *paths)
        return json.loads(self.ergode("summary", *paths, "--json").stdout)

    def compare(self, data, path):
        """Every figure that ArviZ has, in its order."""
        found = self.summary(path)["quantities"]
        expected = az.summary(data, round_to="none")
        self.assertEqual(len(found), len(expected))
        for (name, row), q in zip(expected.iterrows(), found):
            for ours, theirs in ("mean", "mean"), ("sd", "sd"), ("ess_bulk", "ess_bulk"), \
                    ("ess_tail", "ess_tail"), ("r_hat", "r_hat"), ("mcse_mean", "mcse_mean"):
                if np.isnan(row[theirs]):
                    continue
                np.testing.assert_allclose(q[ours], row[theirs], rtol=1e-10, err_msg=f"{name} {ours}")

    def test_arviz_examples(self):
        for name in "centered_eight", "non_centered_eight":
            data = az.load_arviz_data(name)
            for engine in "netcdf4", "h5netcdf":
                data.to_netcdf("a.nc", engine=engine)
                self.compare(data, "a.nc")

    def test_types(self):
        for draws in DRAWS.astype("f4"), RANDOM.integers(0, 5, DRAWS.shape), DRAWS[:1]:
            data = az.from_dict(posterior={"x": draws})
            data.to_netcdf("a.nc")
            # ArviZ sums singles in singles
            self.compare(az.from_dict(posterior={"x": draws.astype("f8")}), "a.nc")

    def test_labels_and_other_groups(self):
        data = az.from_dict(posterior={"x": DRAWS}, log_likelihood={"y": DRAWS},
                            posterior_predictive={"y": DRAWS}, observed_data={"y": DRAWS[0, 0]},
                            dims={"x": ["city", "year"]},
                            coords={"city": ["Zürich", "a b", "c,d"],
                                    "year": np.array(["2001-01-01", "2002-01-01"], "datetime64[ns]")})
        data.to_netcdf("a.nc")
        self.compare(data, "a.nc")

    def test_selected_draws(self):
        data = az.from_dict(posterior={"x": DRAWS}).sel(chain=[1, 3], draw=slice(10, None, 3))
        data.to_netcdf("a.nc")
        self.compare(data, "a.nc")

    def test_dimensions_in_another_order(self):
        data = az.from_dict(posterior={"x": DRAWS}).posterior.transpose("draw", "chain", ...)
        data.to_netcdf("a.nc", group="posterior")
        self.assertIn("transpose", self.ergode("summary", "a.nc", code=2).stderr)

    def write(self, save, thin, kept, name="a.csv", end=END, newline="\n"):
        with open(name, "w", newline=newline) as f:
            f.write(HEADER.format(samples=600, warmup=300, save=save, thin=thin))
            f.write(STATISTICS + ",mu,theta.1.1,theta.2.1,theta.1.2,theta.2.2\n")
            if save in ("1", "true"):
                f.write(rows(100 + DRAWS.reshape(-1, 6)[:-(-300 // thin), :5]))
            f.write(ADAPTED + rows(kept) + end)

    def test_cmdstan(self):
        kept = DRAWS.reshape(-1, 6)[:, :5]
        for save, thin, n, newline in ("false (Default)", 1, 600, "\n"), ("true", 1, 600, "\n"), \
                ("1", 3, 200, "\n"), ("0", 1, 600, "\r\n"):
            self.write(save, thin, kept[:n], newline=newline)
            found = self.summary("a.csv")
            self.assertEqual(found["draws_per_chain"], n)
            self.assertEqual([q["name"] for q in found["quantities"]],
                             ["mu", "theta[1,1]", "theta[1,2]", "theta[2,1]", "theta[2,2]"])
            for q, k in zip(found["quantities"], (0, 1, 3, 2, 4)):
                self.assertAlmostEqual(q["mean"], kept[:n, k].mean(), 12)

    def test_cmdstan_chains(self):
        for i in range(4):
            self.write("0", 1, DRAWS[i].reshape(200, 6)[:, :5], f"run_{i + 1}.csv")
        found = self.summary(*[f"run_{i + 1}.csv" for i in range(4)])
        data = az.from_dict(posterior={"mu": DRAWS[:, :, 0, 0]})
        row = az.summary(data, round_to="none").iloc[0]
        np.testing.assert_allclose(found["quantities"][0]["r_hat"], row["r_hat"], rtol=1e-10)

    def test_byte_order_mark(self):
        self.write("0", 1, DRAWS.reshape(-1, 6)[:, :5])
        with open("a.csv") as f:
            text = f.read()
        with open("b.csv", "w", encoding="utf-8-sig") as f:
            f.write(text)
        self.assertEqual(self.summary("b.csv")["quantities"], self.summary("a.csv")["quantities"])

    def test_cmdstan_cut_short(self):
        self.write("0", 1, DRAWS.reshape(-1, 6)[:50, :5], end="-1,0.9,0.8,2")
        found = self.summary("a.csv")
        self.assertEqual(found["draws_per_chain"], 50)
        self.assertTrue(found["interrupted"])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])

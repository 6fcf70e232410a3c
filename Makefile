# The commands of the project; CMake does the work. `make help` lists them.
BUILD  ?= build
JOBS   ?= $(shell nproc)
PREFIX ?= /usr/local
OUT    ?= out/hierarchical_normal

help:
	@echo 'make demo                 build Ergode and sample a first model'
	@echo 'make check                build and run all tests'
	@echo 'make check-sanitized      units and command line with sanitizers alone'
	@echo 'make check-slow           the long statistical tests as well'
	@echo 'make install PREFIX=DIR   install ergode, plug-ins, headers, models, manuals'
	@echo 'make bundle [NVRTC=1] [GPU_TESTS=1] [MODELS="a.toml b.toml"]'
	@echo '                          a relocatable .tar.xz for machines where nothing can'
	@echo '                          be installed; models named are compiled into it'
	@echo 'make peers                other engines for ergode bench --peers, in their own environment'
	@echo 'make format               clang-format over the sources'
	@echo 'make clean                remove the build folder'
	@echo
	@echo 'CMake presets: dev, asan, ubsan, tsan, release (cmake --list-presets).'

# The tests' own NVRTC and CUDA headers; where they can't be had, those tests say so and skip.
NVRTC_FOR_TESTS = @tests/python/venv.sh $(BUILD) nvrtc.txt >/dev/null || [ $$? = 77 ]

# Configured once; `make check` turns the tests on in the same folder.
$(BUILD)/build.ninja:
	tools/setup.sh demo
	cmake -S . -B $(BUILD) -G Ninja -DERGODE_TESTS=OFF -DCMAKE_INSTALL_PREFIX=$(PREFIX)

build: $(BUILD)/build.ninja
	cmake --build $(BUILD) -j $(JOBS)

demo: build
	$(BUILD)/ergode sample models/hierarchical_normal.toml --backend cpu --chains 4 \
	  --warmup 1000 --draws 2000 --target-accept 0.95 --seed 1 --csv --out $(OUT)

check:
	tools/setup.sh check
	$(NVRTC_FOR_TESTS)
	cmake -S . -B $(BUILD) -G Ninja -DERGODE_TESTS=ON
	cmake --build $(BUILD) -j $(JOBS)
	$(MAKE) check-sanitized
	ctest --test-dir $(BUILD) --output-on-failure -j $(JOBS) -LE slow

# The units and the command line once more with address and undefined-behaviour sanitizers.
check-sanitized:
	$(NVRTC_FOR_TESTS)
	cmake -S . -B $(BUILD)/asan -G Ninja -DERGODE_TESTS=ON -DCMAKE_BUILD_TYPE=RelWithDebInfo \
	  -DERGODE_SANITIZE=address,undefined -DERGODE_TESTS_VENV=$(abspath $(BUILD))/.venv-tests
	cmake --build $(BUILD)/asan -j $(JOBS)
	ctest --test-dir $(BUILD)/asan --output-on-failure -j $(JOBS) -L 'unit|abi' -LE slow
	ctest --test-dir $(BUILD)/asan --output-on-failure -j $(JOBS) -R '^cli_'

check-slow:
	tools/setup.sh check
	$(NVRTC_FOR_TESTS)
	cmake -S . -B $(BUILD) -G Ninja -DERGODE_TESTS=ON
	cmake --build $(BUILD) -j $(JOBS)
	ctest --test-dir $(BUILD) --output-on-failure -j $(JOBS)

install: build
	cmake --install $(BUILD) --prefix $(PREFIX)

bundle:
	tools/setup.sh bundle
	$(MAKE) build
	$(if $(GPU_TESTS),cmake -S . -B $(BUILD) -DERGODE_TESTS=ON && cmake --build $(BUILD) -j $(JOBS))
	tools/bundle.sh --build $(BUILD) $(if $(NVRTC),--nvrtc) $(if $(GPU_TESTS),--gpu-tests) $(MODELS)

# Other engines, for comparison.
peers:
	bench/peers/setup

format:
	git ls-files '*.c' '*.h' '*.cpp' | xargs clang-format -i

clean:
	rm -rf $(BUILD)

.PHONY: help build demo check check-sanitized check-slow install bundle peers format clean

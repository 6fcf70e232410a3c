# cmake -DSOURCE=DIR -DHEADER=FILE -P commit.cmake: writes `#define ERGODE_COMMIT` into FILE,
# the commit of the checkout in DIR with "-dirty" where tracked files differ from it; NULL where
# DIR isn't one (a source archive), or there is no git. FILE is left alone where it is right.
cmake_minimum_required(VERSION 3.25)
set(commit NULL)
find_program(GIT git)
if(GIT AND EXISTS ${SOURCE}/.git)
  # Without locks: a build must not disturb work in the checkout.
  execute_process(COMMAND ${GIT} --no-optional-locks rev-parse HEAD WORKING_DIRECTORY ${SOURCE}
    RESULT_VARIABLE code OUTPUT_VARIABLE hash OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  execute_process(COMMAND ${GIT} --no-optional-locks status --porcelain --untracked-files=no
    WORKING_DIRECTORY ${SOURCE} OUTPUT_VARIABLE changed ERROR_QUIET)
  if(code EQUAL 0)
    if(NOT changed STREQUAL "")
      string(APPEND hash -dirty)
    endif()
    set(commit "\"${hash}\"")
  endif()
endif()
file(CONFIGURE OUTPUT ${HEADER} CONTENT "#define ERGODE_COMMIT @commit@\n" @ONLY)

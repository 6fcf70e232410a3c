# Turns text files into C string constants, each with the files that it includes by
# #include "name" put in their places.
#   cmake -DOUT=device_files.h -DFOLDER=core/device -DNAMES=a.h,b.h -P embed.cmake
# writes: static const struct { const char *name, *text; } device_files[], by name.
string(REPLACE "," ";" names "${NAMES}")
list(SORT names)

# Text of a file, flattened, into `result`.
function(flatten name result)
  file(READ "${FOLDER}/${name}" text)
  while(text MATCHES "\n#include \"([^\"\n]+)\"[^\n]*\n")
    set(line "${CMAKE_MATCH_0}")
    set(inner_name "${CMAKE_MATCH_1}")
    get_filename_component(inner_name "${inner_name}" NAME)
    flatten("${inner_name}" inner)
    string(REPLACE "${line}" "\n${inner}\n" text "${text}")
  endwhile()
  set(${result} "${text}" PARENT_SCOPE)
endfunction()

set(arrays "")
set(table "")
set(number 0)
foreach(name ${names})
  flatten("${name}" text)
  file(WRITE "${OUT}.part" "${text}")
  file(READ "${OUT}.part" bytes HEX)
  string(REGEX REPLACE "(..)" "0x\\1," bytes "${bytes}")
  string(APPEND arrays "static const char file_${number}[] = {${bytes}0};\n")
  string(APPEND table "  {\"${name}\", file_${number}},\n")
  math(EXPR number "${number} + 1")
endforeach()
file(REMOVE "${OUT}.part")
file(WRITE "${OUT}" "${arrays}static const struct { const char *name, *text; } device_files[] = {\n${table}};\n")

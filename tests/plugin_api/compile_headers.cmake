# Compiles every header of INCLUDE/plugboard by itself, warnings being errors: *.h as C99, C11,
# C++11 and C++20, *.hpp as C++20. WORK: a folder for scratch files.
file(GLOB c_headers RELATIVE ${INCLUDE} ${INCLUDE}/plugboard/*.h)
file(GLOB cpp_headers RELATIVE ${INCLUDE} ${INCLUDE}/plugboard/*.hpp)
if(NOT c_headers OR NOT cpp_headers)
  message(FATAL_ERROR "no headers under ${INCLUDE}")
endif()

set(compiled 0)
function(compile compilers suffix standard headers)
  foreach(compiler ${compilers})
    unset(found)
    find_program(found NAMES ${compiler} NO_CACHE)
    if(NOT found)
      continue()
    endif()
    foreach(header ${headers})
      string(MAKE_C_IDENTIFIER "${header}" file)
      set(source ${WORK}/${file}.${suffix})
      file(WRITE ${source} "#include <${header}>\n")
      execute_process(
        COMMAND ${found} -std=${standard} -pedantic -Wall -Wextra -Wshadow -Werror
          -fsyntax-only -I ${INCLUDE} ${source}
        RESULT_VARIABLE result ERROR_VARIABLE errors)
      if(NOT result EQUAL 0)
        message(SEND_ERROR "${header} as ${standard} with ${found}:\n${errors}")
      endif()
      math(EXPR compiled "${compiled} + 1")
    endforeach()
  endforeach()
  set(compiled ${compiled} PARENT_SCOPE)
endfunction()

compile("gcc;clang-14" c c99 "${c_headers}")
compile("gcc;clang-14" c c11 "${c_headers}")
compile("g++;clang++-14" cpp c++11 "${c_headers}")
compile("g++;clang++-14" cpp c++20 "${c_headers};${cpp_headers}")

list(LENGTH c_headers c_count)
if(compiled LESS ${c_count})
  message(FATAL_ERROR "no compiler was found")
endif()
message("${compiled} compilations")

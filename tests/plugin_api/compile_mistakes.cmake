# Compiles every MISTAKES/*.cpp, each of which must fail with the text of its line "// error: TEXT".
file(GLOB mistakes ${MISTAKES}/*.cpp)
if(NOT mistakes)
  message(FATAL_ERROR "no files under ${MISTAKES}")
endif()
foreach(source ${mistakes})
  file(STRINGS ${source} expected REGEX "^// error: ")
  string(REPLACE "// error: " "" expected "${expected}")
  execute_process(
    COMMAND ${COMPILER} -std=c++20 -fsyntax-only -I ${INCLUDE} ${source}
    RESULT_VARIABLE result ERROR_VARIABLE errors)
  string(FIND "${errors}" "${expected}" found)
  if(result EQUAL 0)
    message(SEND_ERROR "${source} compiles")
  elseif(expected STREQUAL "" OR found EQUAL -1)
    message(SEND_ERROR "${source}: expected \"${expected}\", got:\n${errors}")
  endif()
endforeach()

# A second opinion on the headers: what abidiff makes of two builds of the probe. It sees neither
# constants nor what lies behind void *; the static asserts do.
execute_process(
  COMMAND ${ABIDIFF} --no-default-suppression ${FROZEN} ${NOW}
  RESULT_VARIABLE result OUTPUT_VARIABLE report ERROR_VARIABLE report)
message("${report}")
# Bits of its exit code: 1 and 2 its own errors, 4 a change, 8 one that breaks who was built before.
math(EXPR broken "${result} & 11")
if(broken)
  message(FATAL_ERROR "abidiff says ${result}")
endif()

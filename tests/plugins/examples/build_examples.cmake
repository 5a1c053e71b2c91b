# Builds every folder of EXAMPLES against the interface installed in SDK, into BUILT/NAME.so, as one
# does who chooses no build type.
set(options -G ${GENERATOR} -D CMAKE_PREFIX_PATH=${SDK}
  -D CMAKE_C_COMPILER=${C_COMPILER} -D CMAKE_CXX_COMPILER=${CXX_COMPILER})
if(FLAGS)
  list(APPEND options -D CMAKE_C_FLAGS=${FLAGS} -D CMAKE_CXX_FLAGS=${FLAGS})
endif()

foreach(name template user-tokens word-filter ask-http)
  execute_process(
    COMMAND ${CMAKE_COMMAND} -S ${EXAMPLES}/${name} -B ${BUILT}/${name} ${options}
    COMMAND_ERROR_IS_FATAL ANY)
  execute_process(COMMAND ${CMAKE_COMMAND} --build ${BUILT}/${name} COMMAND_ERROR_IS_FATAL ANY)
endforeach()

# The tests of each of them, the check tool among them.
foreach(name template user-tokens word-filter ask-http)
  execute_process(
    COMMAND ${CMAKE_CTEST_COMMAND} --test-dir ${BUILT}/${name} --output-on-failure --no-tests=error
    COMMAND_ERROR_IS_FATAL ANY)
endforeach()

if(RUSTC)
  file(COPY ${EXAMPLES}/greeter DESTINATION ${BUILT})
  execute_process(COMMAND make -C ${BUILT}/greeter RUSTC=${RUSTC} PLUGBOARD=${SDK}/bin/plugboard check
    COMMAND_ERROR_IS_FATAL ANY)
endif()

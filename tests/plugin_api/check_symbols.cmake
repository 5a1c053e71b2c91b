# A plugin exports its entry and nothing else of its own, and no symbol that the dynamic linker
# would make one across all plugins (STB_GNU_UNIQUE, "u").
execute_process(COMMAND ${NM} -D --defined-only --demangle ${PLUGIN}
  OUTPUT_VARIABLE symbols RESULT_VARIABLE result COMMAND_ERROR_IS_FATAL ANY)
if(NOT symbols MATCHES " T plugboard_plugin_v1\n")
  message(SEND_ERROR "the entry is not exported:\n${symbols}")
endif()
if(symbols MATCHES "[0-9a-f]+ u [^\n]*")
  message(SEND_ERROR "unique symbol: ${CMAKE_MATCH_0}")
endif()
if(symbols MATCHES "[0-9a-f]+ [A-Z] plugboard::[^\n]*")
  message(SEND_ERROR "symbol of the C++ layer: ${CMAKE_MATCH_0}")
endif()

# The Debian packages: `./dev package`, or cpack in a build folder. Each is one install component.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME plugboard)
set(CPACK_PACKAGE_VENDOR "Plugboard")
set(CPACK_PACKAGE_CONTACT "The Plugboard contributors <plugboard@localhost>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_GROUPING ONE_PER_GROUP)
set(CPACK_COMPONENTS_IGNORE_GROUPS ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)

set(CPACK_COMPONENTS_ALL)

# component: what install() names; package: the .deb; description: one line.
macro(plugboard_package component package description)
  cmake_parse_arguments(ARG "" "DEPENDS;RECOMMENDS;SECTION" "CONTROL" ${ARGN})
  string(TOUPPER ${component} upper)
  list(APPEND CPACK_COMPONENTS_ALL ${component})
  set(CPACK_DEBIAN_${upper}_PACKAGE_NAME ${package})
  set(CPACK_COMPONENT_${upper}_DESCRIPTION "${description}")
  set(CPACK_DEBIAN_${upper}_PACKAGE_DEPENDS "${ARG_DEPENDS}")
  set(CPACK_DEBIAN_${upper}_PACKAGE_RECOMMENDS "${ARG_RECOMMENDS}")
  set(CPACK_DEBIAN_${upper}_PACKAGE_CONTROL_EXTRA "${ARG_CONTROL}")
  if(ARG_SECTION)
    set(CPACK_DEBIAN_${upper}_PACKAGE_SECTION ${ARG_SECTION})
  endif()
  install(FILES ${PROJECT_SOURCE_DIR}/LICENSE
    DESTINATION share/doc/${package} RENAME copyright COMPONENT ${component})
endmacro()

set(scripts ${PROJECT_SOURCE_DIR}/hosts/plugboard/package/debian)
plugboard_package(relay plugboard "WebSocket relay whose every policy is a plugin"
  DEPENDS adduser
  RECOMMENDS plugboard-plugins
  CONTROL ${scripts}/conffiles ${scripts}/postinst ${scripts}/prerm ${scripts}/postrm)
plugboard_package(plugins plugboard-plugins
  "Plugins for the relay Plugboard: keys, limits, blobs, files, signatures, access log")
plugboard_package(plugin-api plugboard-plugin-sdk "Headers for writing plugins for the relay Plugboard"
  SECTION libdevel)
plugboard_package(client plugboard-client-dev "C++ library for peers of the relay Plugboard"
  DEPENDS "libboost1.81-dev, nlohmann-json3-dev, libssl-dev" SECTION libdevel)
plugboard_package(server plugboard-server-dev "The relay Plugboard as a C++ library for other programs"
  DEPENDS "plugboard-plugin-sdk, libboost1.81-dev, nlohmann-json3-dev, libssl-dev, zlib1g-dev, libsimdjson-dev, libre2-dev, libspdlog-dev"
  SECTION libdevel)
# Those that plugboard_add_plugin was given a COMPONENT for.
get_property(plugin_components GLOBAL PROPERTY PLUGBOARD_PLUGIN_COMPONENTS)
if(plugins-sql IN_LIST plugin_components)
  plugboard_package(plugins-sql plugboard-plugins-sql
    "Plugins for the relay Plugboard that keep keys and blobs in SQL databases")
endif()

include(CPack)

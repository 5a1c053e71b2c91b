/* Never gets around to describing itself. */
#include <plugboard/plugin.h>
#include <unistd.h>

const plugboard_plugin* plugboard_plugin_v1(void) {
  for (;;) pause();
}

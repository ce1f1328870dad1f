#ifdef USE_ESP32

#include <esp_intr_alloc.h>

// The pulse sensor's interrupt must also work while the flash is written: during an update, or while a counter is stored. ESPHome
// installs the service for all pins without that; the linker redirects its call to here (--wrap). Handlers of pins are in RAM by
// ESPHome's own rule.
extern "C" int __real_gpio_install_isr_service(int flags);

extern "C" int __wrap_gpio_install_isr_service(int flags) { return __real_gpio_install_isr_service(flags | ESP_INTR_FLAG_IRAM); }

#endif  // USE_ESP32

#ifdef USE_ESP8266

#include "cut_timer.h"

#include <Arduino.h>
#include <core_esp8266_waveform.h>

#include "esphome/core/hal.h"

namespace esphome::paper_dispenser {

// The hardware timer asks every millisecond; the time is the processor's cycle counter, not the timer behind millis().
// Arduino's waveform code owns the timer and shares it, so that a buzzer or a servo may run as well.
namespace {
constexpr uint32_t ASK_AGAIN = 80000;

CutTimer::Handler s_handler;
void *s_argument;
uint32_t s_start;
uint32_t s_limit;

uint32_t IRAM_ATTR on_tick() {
  if (arch_get_cpu_cycle_count() - s_start >= s_limit)
    s_handler(s_argument);
  return ASK_AGAIN;
}
}  // namespace

bool CutTimer::setup(Handler handler, void *argument) {
  s_handler = handler;
  s_argument = argument;
  return true;
}

void CutTimer::arm(uint32_t ms) {
  s_limit = ms * (F_CPU / 1000);
  s_start = arch_get_cpu_cycle_count();
  setTimer1Callback(on_tick);
  this->armed_ = true;
}

void CutTimer::disarm() {
  if (this->armed_)
    setTimer1Callback(nullptr);
  this->armed_ = false;
}

}  // namespace esphome::paper_dispenser

#endif  // USE_ESP8266

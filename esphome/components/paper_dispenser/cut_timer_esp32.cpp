#ifdef USE_ESP32

#include "cut_timer.h"

#include <driver/gptimer.h>

#include "esphome/core/hal.h"

namespace esphome::paper_dispenser {

// A timer group's own counter: millis() reads the system timer, so the two have nothing in common but the crystal.
namespace {
constexpr uint32_t TICKS_PER_MS = 1000;

CutTimer::Handler s_handler;
void *s_argument;
gptimer_handle_t s_timer;

bool IRAM_ATTR on_alarm(gptimer_handle_t /*timer*/, const gptimer_alarm_event_data_t * /*event*/, void * /*user*/) {
  s_handler(s_argument);
  return false;
}
}  // namespace

bool CutTimer::setup(Handler handler, void *argument) {
  s_handler = handler;
  s_argument = argument;
  gptimer_config_t config{};
  config.clk_src = GPTIMER_CLK_SRC_DEFAULT;
  config.direction = GPTIMER_COUNT_UP;
  config.resolution_hz = TICKS_PER_MS * 1000;
  gptimer_event_callbacks_t callbacks{};
  callbacks.on_alarm = on_alarm;
  return gptimer_new_timer(&config, &s_timer) == ESP_OK &&
         gptimer_register_event_callbacks(s_timer, &callbacks, nullptr) == ESP_OK && gptimer_enable(s_timer) == ESP_OK;
}

void CutTimer::arm(uint32_t ms) {
  gptimer_alarm_config_t alarm{};
  alarm.alarm_count = static_cast<uint64_t>(ms) * TICKS_PER_MS;
  this->disarm();
  gptimer_set_raw_count(s_timer, 0);
  gptimer_set_alarm_action(s_timer, &alarm);
  gptimer_start(s_timer);
  this->armed_ = true;
}

void CutTimer::disarm() {
  if (this->armed_)
    gptimer_stop(s_timer);
  this->armed_ = false;
}

}  // namespace esphome::paper_dispenser

#endif  // USE_ESP32

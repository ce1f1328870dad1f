#ifdef USE_HOST

#include "cut_timer.h"

#include <csignal>
#include <ctime>

namespace esphome::paper_dispenser {

namespace {
CutTimer::Handler s_handler;
void *s_argument;
timer_t s_timer;

void on_expiry(sigval /*value*/) { s_handler(s_argument); }

void set(uint32_t ms) {
  itimerspec when{};
  when.it_value.tv_sec = ms / 1000;
  when.it_value.tv_nsec = static_cast<long>(ms % 1000) * 1000000;
  timer_settime(s_timer, 0, &when, nullptr);
}
}  // namespace

bool CutTimer::setup(Handler handler, void *argument) {
  s_handler = handler;
  s_argument = argument;
  sigevent event{};
  event.sigev_notify = SIGEV_THREAD;
  event.sigev_notify_function = on_expiry;
  // Not the clock that millis() reads.
  return timer_create(CLOCK_BOOTTIME, &event, &s_timer) == 0;
}

void CutTimer::arm(uint32_t ms) {
  set(ms);
  this->armed_ = true;
}

void CutTimer::disarm() {
  if (this->armed_)
    set(0);
  this->armed_ = false;
}

}  // namespace esphome::paper_dispenser

#endif  // USE_HOST

#ifdef USE_HOST

#include "paper_simulator.h"

#include <pthread.h>
#include <thread>

#include "esphome/core/hal.h"

namespace esphome::paper_simulator {

namespace {
constexpr uint32_t STEP_US = 1000;
constexpr uint32_t NOISE_GAP_US = 100;
}  // namespace

void PaperSimulator::setup() {
  sem_init(&this->wake_, 0, 0);
  this->parent_->set_simulated_motor(
      {[](void *motor, bool on) { static_cast<PaperSimulator *>(motor)->power_(on); }, this});
  std::thread([this] { this->run_(); }).detach();
}

/// Called from the main loop and from "interrupts": no lock.
void PaperSimulator::power_(bool on) {
  this->gate_.store(on);
  sem_post(&this->wake_);
}

void PaperSimulator::run_() {
  uint32_t simulated_us = micros();
  while (true) {
    // However late the thread is woken, the machine sees every millisecond, and a pulse that cuts the motor cuts it there.
    while (static_cast<int32_t>(micros() - simulated_us) >= static_cast<int32_t>(STEP_US)) {
      simulated_us += STEP_US;
      this->step_(simulated_us);
    }
    if (this->moving()) {
      std::this_thread::sleep_for(std::chrono::microseconds(STEP_US));
      continue;
    }
    while (sem_wait(&this->wake_) != 0) {
    }
    simulated_us = micros() - STEP_US;  // nothing moved while it slept
  }
}

void PaperSimulator::step_(uint32_t now_us) {
  bool pulse, noisy;
  {
    std::lock_guard<std::mutex> lock(this->mutex_);
    pulse = this->machine_.step(STEP_US / 1e6f, this->gate_.load());
    noisy = this->machine_.faults.noisy_sensor;
  }
  auto &gate = this->parent_->gate();
  if (pulse)
    gate.edge(now_us);
  for (uint32_t us = 0; noisy && us < STEP_US; us += NOISE_GAP_US)
    gate.edge(now_us + us);
}

bool PaperSimulator::moving() {
  std::lock_guard<std::mutex> lock(this->mutex_);
  return this->machine_.moving() || this->machine_.faults.noisy_sensor || this->gate_.load();
}

void PaperSimulator::hang(uint32_t ms) { std::this_thread::sleep_for(std::chrono::milliseconds(ms)); }

bool PaperSimulator::powered() {
  std::lock_guard<std::mutex> lock(this->mutex_);
  return this->machine_.powered();
}

bool PaperSimulator::paper_out() {
  std::lock_guard<std::mutex> lock(this->mutex_);
  return this->machine_.paper_out();
}

float PaperSimulator::current() {
  std::lock_guard<std::mutex> lock(this->mutex_);
  return this->machine_.current();
}

float PaperSimulator::position_cm() {
  std::lock_guard<std::mutex> lock(this->mutex_);
  return static_cast<float>(this->machine_.position_cm());
}

}  // namespace esphome::paper_simulator

#endif  // USE_HOST

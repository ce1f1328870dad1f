#ifdef USE_HOST

#include "camera_simulator.h"

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "esphome/core/hal.h"

namespace esphome::camera_simulator {

void CameraSimulator::setup() {
  const char *sensor = std::getenv("FACEQUOTA_SIMULATOR_CAMERA");
  if (sensor == nullptr) {
    this->set_internal(true);
    this->disable_loop();
    return;
  }
  this->sensor_ = sensor;
}

void CameraSimulator::loop() {
  const uint32_t now = millis();
  if (this->sending_ != nullptr && this->sending_.use_count() == 1)
    this->sending_.reset();
  if (this->sending_ == nullptr && this->held_.empty())
    this->expose_();
  const bool asked = (this->once_ | this->streaming_) != 0;
  if (!asked && this->idle_interval_ms_ != 0 && now - this->idle_at_ >= this->idle_interval_ms_) {
    this->idle_at_ = now;
    this->request_image(camera::IDLE);
  }
  if (asked && this->sending_ == nullptr && !this->held_.empty() && now - this->sent_at_ >= this->update_interval_ms_)
    this->send_(now);
}

/// The driver takes the frame that the sensor has now.
void CameraSimulator::expose_() {
  std::ifstream file(this->sensor_, std::ios::binary);
  this->held_.assign(std::istreambuf_iterator<char>(file), {});
}

void CameraSimulator::send_(uint32_t now) {
  this->sending_ = std::make_shared<Frame>(std::move(this->held_), this->once_ | this->streaming_);
  this->held_.clear();
  this->once_ = 0;
  this->sent_at_ = now;
  for (auto *listener : this->listeners_)
    listener->on_camera_image(this->sending_);
}

}  // namespace esphome::camera_simulator

#endif  // USE_HOST

#pragma once

#ifdef USE_HOST

#include <memory>
#include <string>
#include <vector>

#include "esphome/components/camera/camera.h"
#include "esphome/core/component.h"

namespace esphome::camera_simulator {

/// One JPEG frame, and who asked for it.
class Frame : public camera::CameraImage {
 public:
  Frame(std::vector<uint8_t> &&data, uint8_t requesters) : data_(std::move(data)), requesters_(requesters) {}
  uint8_t *get_data_buffer() override { return this->data_.data(); }
  size_t get_data_length() override { return this->data_.size(); }
  bool was_requested_by(camera::CameraRequester requester) const override {
    return (this->requesters_ & (1 << requester)) != 0;
  }

 protected:
  std::vector<uint8_t> data_;
  uint8_t requesters_;
};

/// How far one connection has sent a frame.
class FrameReader : public camera::CameraImageReader {
 public:
  void set_image(std::shared_ptr<camera::CameraImage> image) override {
    this->image_ = std::move(image);
    this->sent_ = 0;
  }
  size_t available() const override { return this->image_ ? this->image_->get_data_length() - this->sent_ : 0; }
  uint8_t *peek_data_buffer() override { return this->image_->get_data_buffer() + this->sent_; }
  void consume_data(size_t consumed) override { this->sent_ += consumed; }
  void return_image() override { this->image_.reset(); }

 protected:
  std::shared_ptr<camera::CameraImage> image_;
  size_t sent_{0};
};

/// A camera whose sensor is the file that FACEQUOTA_SIMULATOR_CAMERA names: a program writes the current picture into it, again and
/// again. Without that variable the device has no camera.
///
/// It behaves as an ESP32's driver with one frame buffer: as soon as a frame was sent it takes the next one, and keeps that until
/// somebody asks, however long. Nobody asks: then the idle interval does, and every connection gets the frame.
class CameraSimulator : public camera::Camera {
 public:
  void setup() override;
  void loop() override;
  /// Before the API server, which asks whether there is a camera.
  float get_setup_priority() const override { return setup_priority::HARDWARE; }

  void set_update_interval(uint32_t ms) { this->update_interval_ms_ = ms; }
  void set_idle_interval(uint32_t ms) { this->idle_interval_ms_ = ms; }

  void add_listener(camera::CameraListener *listener) override { this->listeners_.push_back(listener); }
  camera::CameraImageReader *create_image_reader() override { return new FrameReader(); }  // NOLINT
  void request_image(camera::CameraRequester requester) override { this->once_ |= 1 << requester; }
  void start_stream(camera::CameraRequester requester) override { this->streaming_ |= 1 << requester; }
  void stop_stream(camera::CameraRequester requester) override { this->streaming_ &= ~(1 << requester); }

 protected:
  void expose_();
  void send_(uint32_t now);

  std::string sensor_;
  /// What the driver holds, empty while it waits for the sensor.
  std::vector<uint8_t> held_;
  std::shared_ptr<Frame> sending_;
  std::vector<camera::CameraListener *> listeners_;
  uint8_t once_{0};
  uint8_t streaming_{0};
  uint32_t update_interval_ms_{100};
  uint32_t idle_interval_ms_{10000};
  uint32_t sent_at_{0};
  uint32_t idle_at_{0};
};

}  // namespace esphome::camera_simulator

#endif  // USE_HOST

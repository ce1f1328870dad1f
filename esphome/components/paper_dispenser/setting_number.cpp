#include "setting_number.h"

#include "esphome/core/log.h"

namespace esphome::paper_dispenser {

static const char *const TAG = "paper_dispenser.number";

void SettingNumber::setup() {
  if (this->setting_ == Setting::MEASURED_LENGTH)
    return;  // unknown until somebody measures
  this->preference_ = this->make_entity_preference<float>();
  float value = NAN;
  const bool stored = this->preference_.load(&value) && value >= this->traits.get_min_value() &&
                      value <= this->traits.get_max_value();
  if (!stored || !this->apply_(value)) {
    value = this->initial_value_;
    this->apply_(value);
  }
  this->publish_state(value);
}

void SettingNumber::control(float value) {
  if (!this->apply_(value)) {
    ESP_LOGW(TAG, "'%s': %f is not possible", this->get_name().c_str(), value);
    return;
  }
  if (this->setting_ != Setting::MEASURED_LENGTH)
    this->preference_.save(&value);
  this->publish_state(value);
}

bool SettingNumber::apply_(float value) {
  switch (this->setting_) {
    case Setting::PORTION_LENGTH:
      this->parent_->set_portion_length(value);
      return true;
    case Setting::CALIBRATION:
      return this->parent_->set_cm_per_pulse(value);
    case Setting::MEASURED_LENGTH:
      return this->parent_->calibrate(value);
    case Setting::ROLL_LENGTH:
      this->parent_->set_roll_length(value * 100.0f);
      return true;
    case Setting::PAPER_LOW_AT:
      this->parent_->set_paper_low_at(value);
      return true;
    case Setting::ALONE_WINDOW:
      this->parent_->set_alone_window(value);
      return true;
  }
  return false;
}

}  // namespace esphome::paper_dispenser

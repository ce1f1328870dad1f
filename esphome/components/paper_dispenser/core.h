#pragma once

#include <cmath>
#include <cstdint>
#include <optional>
#include <string_view>

#include "coast.h"
#include "duty.h"
#include "pulse_gate.h"
#include "record.h"
#include "requests.h"
#include "types.h"
#include "watch.h"

/// The dispenser's state machine: one portion at a time, and every way a portion can end. No ESPHome in here: time, pulses and
/// sensors are passed in, so that all of it is tested with a plain compiler (tests/firmware/core/).
namespace esphome::paper_dispenser {

template<typename Pin> class Core {
 public:
  Core(PulseGate<Pin> &gate, const Limits &limits)
      : gate_(gate),
        limits_(limits),
        duty_(limits.duty_capacity_ms, limits.duty_share),
        current_(limits_),
        strays_(limits_) {}
  Core(const Core &) = delete;

  /// Call once before anything else; the motor is off after it.
  void setup(uint32_t now_ms) {
    this->gate_.close();
    this->counted_ = this->gate_.pulses();
    this->duty_.start(now_ms);
    this->strays_.clear(now_ms);
  }

  /// Take up what was known before the reboot. Returns whether a portion was interrupted by it. A record that is not whole is
  /// left alone: the counters then begin at zero.
  bool restore(const Record &record) {
    if (!record.is_whole())
      return false;
    this->total_cm_ = record.total_cm;
    this->roll_used_cm_ = record.roll_used_cm;
    this->portions_ = record.portions;
    this->coast_model_.restore(record.coast_factor);
    this->requests_.restore(record.requests);
    if (record.fault <= static_cast<uint8_t>(Fault::JAMMED))
      this->fault_ = static_cast<Fault>(record.fault);
    this->jam_ = this->fault_ == Fault::JAMMED;
    return record.open != 0;
  }

  /// What to keep. Worth writing when a portion begins, when it ends, when a fault comes or goes.
  Record record() const {
    Record record;
    record.portions = this->portions_;
    record.total_cm = this->total_cm_;
    record.roll_used_cm = this->roll_used_cm_;
    record.requests = this->requests_.template newest<Record::REQUESTS>();
    record.coast_factor = this->coast_model_.factor();
    record.fault = static_cast<uint8_t>(this->fault_);
    record.open = this->state_ != State::IDLE;
    record.seal();
    return record;
  }

  // --- commands --------------------------------------------------------------------------------------------------------------

  /// Begin a portion of `length_cm`, or say why not.
  Refusal start(float length_cm, uint32_t now_ms, const Inputs &inputs) {
    const Refusal refusal = this->refusal_(length_cm, now_ms, inputs);
    if (refusal != Refusal::NONE)
      return refusal;
    this->count_();
    this->target_ = this->to_pulses_(length_cm);
    this->start_pulses_ = this->counted_;
    this->start_noise_ = this->gate_.noise();
    this->start_ms_ = this->moved_ms_ = now_ms;
    this->current_.clear();
    this->state_ = State::RUNNING;
    this->gate_.open(this->start_pulses_ + this->target_);
    return Refusal::NONE;
  }

  /// The same, once per `request_id` and not after `expires_s`. A repeated id that has moved paper is no refusal and no portion.
  Refusal dispense(float length_cm, std::string_view request_id, uint32_t expires_s, const WallClock &clock, uint32_t now_ms,
                   const Inputs &inputs) {
    if (!RecentRequests::is_id(request_id))
      return Refusal::REQUEST_ID;
    if (this->requests_.contains(request_id))
      return Refusal::NONE;
    switch (judge_expiry(expires_s, clock, this->limits_.longest_expiry_s)) {
      case Expiry::NO_CLOCK:
        return Refusal::NO_CLOCK;
      case Expiry::PAST:
        return Refusal::LATE;
      case Expiry::TOO_FAR:
        return Refusal::EXPIRY;
      case Expiry::OPEN:
        break;
    }
    const Refusal refusal = this->start(length_cm, now_ms, inputs);
    if (refusal == Refusal::NONE)
      this->requests_.add(request_id);
    return refusal;
  }

  /// Stop now. The portion ends when the paper stands still.
  void stop(uint32_t now_ms) {
    if (this->state_ == State::RUNNING)
      this->cut_(Outcome::STOPPED, now_ms);
  }

  /// A person has looked at it.
  void reset(uint32_t now_ms) {
    this->fault_ = Fault::NONE;
    this->jam_ = false;
    this->jams_in_a_row_ = 0;
    this->strays_.clear(now_ms);
  }

  /// A full roll is in.
  void new_roll() { this->roll_used_cm_ = 0.0; }

  /// The last portion was `measured_cm` long by the ruler. Returns false, and changes nothing, when that can't be: nothing ran, too
  /// little ran to measure by, or the result would be no sane wheel.
  bool calibrate(float measured_cm) {
    if (this->last_pulses_ < FEWEST_CALIBRATION_PULSES)
      return false;
    return this->set_cm_per_pulse(measured_cm / static_cast<float>(this->last_pulses_));
  }

  /// True when the value was taken; 0, negative and non-finite ones are not, and none in mid-portion.
  bool set_cm_per_pulse(float cm_per_pulse) {
    if (this->state_ != State::IDLE || !(cm_per_pulse >= SMALLEST_CM_PER_PULSE && cm_per_pulse <= LARGEST_CM_PER_PULSE))
      return false;
    this->cm_per_pulse_ = cm_per_pulse;
    return true;
  }

  // --- the clock -------------------------------------------------------------------------------------------------------------

  /// Call often. Returns the portion that has just ended, once.
  std::optional<Portion> poll(uint32_t now_ms, const Inputs &inputs) {
    const uint32_t fresh = this->count_();
    this->duty_.update(now_ms, this->state_ == State::RUNNING);
    switch (this->state_) {
      case State::RUNNING:
        this->run_(fresh, now_ms, inputs);
        return std::nullopt;
      case State::COASTING:
        return this->coast_(fresh, now_ms);
      case State::IDLE:
        break;
    }
    this->rest_(fresh, now_ms);
    return std::nullopt;
  }

  // --- what it knows ---------------------------------------------------------------------------------------------------------

  State state() const { return this->state_; }
  Fault fault() const { return this->fault_; }
  bool jam() const { return this->jam_; }
  float cm_per_pulse() const { return this->cm_per_pulse_; }
  /// Everything that ever came out, strays included (cm).
  double total_cm() const { return this->total_cm_; }
  uint32_t portions() const { return this->portions_; }
  /// What came off the roll since it was new (cm).
  double roll_used_cm() const { return this->roll_used_cm_; }
  Coast &coast() { return this->coast_model_; }
  RecentRequests &requests() { return this->requests_; }

 protected:
  static constexpr float SMALLEST_CM_PER_PULSE = 0.01f;
  static constexpr float LARGEST_CM_PER_PULSE = 10.0f;
  static constexpr uint32_t FEWEST_CALIBRATION_PULSES = 10;

  Refusal refusal_(float length_cm, uint32_t now_ms, const Inputs &inputs) const {
    if (this->state_ != State::IDLE)
      return Refusal::BUSY;
    if (!(length_cm > 0.0f && length_cm <= this->limits_.length_cap_cm))
      return Refusal::LENGTH;  // not clamped: paper is money, and a wrong number is a mistake elsewhere
    if (this->fault_ != Fault::NONE)
      return Refusal::FAULT;
    if (inputs.cover_open)
      return Refusal::COVER_OPEN;
    if (inputs.paper_out)
      return Refusal::PAPER_OUT;
    if (this->resting_ && now_ms - this->rest_since_ms_ < this->limits_.cooldown_ms)
      return Refusal::COOLDOWN;
    if (!this->duty_.has(this->limits_.time_limit_ms))
      return Refusal::DUTY;
    return Refusal::NONE;
  }

  uint32_t to_pulses_(float length_cm) const {
    const long pulses = std::lround(length_cm / this->cm_per_pulse_);
    return pulses < 1 ? 1 : static_cast<uint32_t>(pulses);
  }

  /// Book the pulses since the last call.
  uint32_t count_() {
    const uint32_t pulses = this->gate_.pulses();
    const uint32_t fresh = pulses - this->counted_;
    this->counted_ = pulses;
    const double cm = static_cast<double>(fresh) * this->cm_per_pulse_;
    this->total_cm_ += cm;
    this->roll_used_cm_ += cm;
    return fresh;
  }

  void run_(uint32_t fresh, uint32_t now_ms, const Inputs &inputs) {
    if (fresh != 0)
      this->moved_ms_ = now_ms;
    const bool moved = this->counted_ != this->start_pulses_;
    switch (this->gate_.cut_by()) {
      case Cut::TARGET:
        return this->cut_(Outcome::COMPLETED, now_ms);
      case Cut::CLOCK:
        return this->cut_(Outcome::TIMEOUT, now_ms);
      case Cut::NONE:
        break;
    }
    if (inputs.cover_open)
      return this->cut_(Outcome::COVER_OPEN, now_ms);
    if (this->noisy_())
      return this->cut_(Outcome::SENSOR, now_ms);
    if (now_ms - this->start_ms_ >= this->limits_.time_limit_ms)
      return this->cut_(Outcome::TIMEOUT, now_ms);
    if (now_ms - this->moved_ms_ >= (moved ? this->limits_.stall_ms : this->limits_.spin_up_ms))
      return this->cut_(inputs.paper_out ? Outcome::SHORT : Outcome::JAM, now_ms);
    if (this->current_.is_stalled(inputs.current_a, now_ms))
      return this->cut_(Outcome::JAM, now_ms);
    this->aim_();
  }

  /// Switch off early by what will still come. Two pulses make a period.
  void aim_() {
    if (this->counted_ - this->start_pulses_ < 2)
      return;
    // A place that lies behind already means the next pulse.
    this->gate_.aim(this->start_pulses_ + this->target_ - this->coast_model_.pulses(this->gate_.period_us()));
  }

  bool noisy_() const {
    const uint32_t bounces = this->limits_.bounces_per_pulse * (this->counted_ - this->start_pulses_);
    return this->gate_.noise() - this->start_noise_ > this->limits_.noise_edges + bounces;
  }

  void cut_(Outcome outcome, uint32_t now_ms) {
    this->gate_.close();
    this->outcome_ = outcome;
    this->cut_ms_ = this->moved_ms_ = now_ms;
    this->state_ = State::COASTING;
  }

  std::optional<Portion> coast_(uint32_t fresh, uint32_t now_ms) {
    if (fresh != 0)
      this->moved_ms_ = now_ms;
    if (now_ms - this->moved_ms_ >= this->limits_.settle_ms)
      return this->finish_(now_ms);
    if (now_ms - this->cut_ms_ >= this->limits_.coast_limit_ms) {
      this->outcome_ = Outcome::STUCK;
      return this->finish_(now_ms);
    }
    return std::nullopt;
  }

  Portion finish_(uint32_t now_ms) {
    const uint32_t pulses = this->counted_ - this->start_pulses_;
    if (this->outcome_ == Outcome::COMPLETED) {
      const uint32_t cut = this->gate_.cut_pulses();
      this->coast_model_.learn(this->gate_.cut_period_us(), cut - this->start_pulses_, this->counted_ - cut);
    }
    this->judge_();
    this->last_pulses_ = pulses;
    if (pulses != 0)
      this->portions_++;
    this->state_ = State::IDLE;
    this->rest_since_ms_ = now_ms;
    this->resting_ = true;
    this->strays_.clear(now_ms);
    return Portion{this->outcome_, this->target_, pulses, static_cast<float>(pulses) * this->cm_per_pulse_,
                   this->cut_ms_ - this->start_ms_};
  }

  /// What the outcome means for the next portion.
  void judge_() {
    switch (this->outcome_) {
      case Outcome::COMPLETED:
        this->jam_ = false;
        this->jams_in_a_row_ = 0;
        break;
      case Outcome::JAM:
        this->jam_ = true;
        if (++this->jams_in_a_row_ >= this->limits_.jams_to_latch)
          this->fault_ = Fault::JAMMED;
        break;
      case Outcome::SENSOR:
        this->fault_ = Fault::SENSOR;
        break;
      case Outcome::STUCK:
        this->fault_ = Fault::STUCK;
        break;
      default:
        break;
    }
  }

  /// Between two portions.
  void rest_(uint32_t fresh, uint32_t now_ms) {
    if (now_ms - this->rest_since_ms_ >= this->limits_.cooldown_ms)
      this->resting_ = false;  // remembered, because the milliseconds begin again after 49 days
    if (this->strays_.add(fresh, now_ms) && this->fault_ == Fault::NONE)
      this->fault_ = Fault::STRAY;
  }

  PulseGate<Pin> &gate_;
  const Limits limits_;
  DutyBudget duty_;
  CurrentWatch current_;
  StrayWatch strays_;
  Coast coast_model_;
  RecentRequests requests_;

  float cm_per_pulse_{0.5f};
  double total_cm_{0.0};
  double roll_used_cm_{0.0};
  uint32_t portions_{0};
  uint32_t last_pulses_{0};
  uint32_t counted_{0};

  State state_{State::IDLE};
  Fault fault_{Fault::NONE};
  bool jam_{false};
  uint8_t jams_in_a_row_{0};

  // the portion at hand
  Outcome outcome_{Outcome::COMPLETED};
  uint32_t target_{0};
  uint32_t start_pulses_{0};
  uint32_t start_noise_{0};
  uint32_t start_ms_{0};
  uint32_t moved_ms_{0};
  uint32_t cut_ms_{0};

  // between portions
  bool resting_{false};
  uint32_t rest_since_ms_{0};
};

}  // namespace esphome::paper_dispenser

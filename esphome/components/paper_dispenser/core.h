#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "duty.h"
#include "health.h"
#include "motion.h"
#include "paper_count.h"
#include "record.h"
#include "requests.h"
#include "rest.h"
#include "types.h"

/// The dispenser's state machine: one portion at a time, and every way a portion can end. No ESPHome in here: time, pulses and
/// sensors are passed in, so that all of it is tested with a plain compiler (tests/firmware/core/).
namespace esphome::paper_dispenser {

template<typename Pin> class Core {
 public:
  Core(PulseGate<Pin> &gate, const Limits &limits)
      : limits_(limits),
        motion_(gate, limits_),
        duty_(limits.duty_capacity_ms, limits.duty_share),
        health_(limits.jams_to_latch),
        rest_(limits_) {}
  Core(const Core &) = delete;

  /// The chip has no second clock: no portion is ever started.
  void has_no_timer() { this->health_.latch(Fault::TIMER); }

  /// Call once before anything else; the motor is off after it.
  void setup(uint32_t now_ms) {
    this->motion_.setup();
    this->duty_.start(now_ms);
    this->rest_.clear(now_ms);
  }

  /// Called when a portion is decided and before its motor turns: it stores record() and starts the second clock. Returns the
  /// time after that, because writing takes time.
  using Prepare = uint32_t (*)(void *context);
  void set_prepare(Prepare prepare, void *context) {
    this->prepare_ = prepare;
    this->prepare_context_ = context;
  }

  /// Restore the state from before the reboot. Returns whether the reboot interrupted a portion. A damaged record is not used:
  /// the counters then begin at zero.
  bool restore(const Record &record) {
    if (!record.is_whole())
      return false;
    this->paper_.restore(record.total_cm, record.roll_used_cm, record.portions);
    this->motion_.coast().restore(record.coast_factor);
    this->requests_.restore(record.requests);
    this->health_.restore(record.fault);
    return record.open != 0;
  }

  /// The record to store: before a portion's motor turns, when the portion ends, and when a fault comes or goes.
  Record record() const {
    Record record;
    record.portions = this->paper_.portions();
    record.total_cm = this->paper_.total_cm();
    record.roll_used_cm = this->paper_.roll_used_cm();
    record.requests = this->requests_.template newest<Record::REQUESTS>();
    record.coast_factor = this->motion_.coast().factor();
    record.fault = static_cast<uint8_t>(this->health_.fault());
    record.open = this->state() != State::IDLE;
    record.seal();
    return record;
  }

  // --- commands --------------------------------------------------------------------------------------------------------------

  /// Begin a portion of `length_cm`, or return the reason why not.
  Refusal start(float length_cm, uint32_t now_ms, const Inputs &inputs, Asker asker = Asker::SWITCH) {
    const Refusal refusal = this->refusal_(length_cm, now_ms, inputs);
    if (refusal == Refusal::NONE)
      this->begin_(length_cm, now_ms, asker);
    return refusal;
  }

  /// The same, once per `request_id` and not after `expires_s`. A repeated id that has moved paper gets neither a refusal nor a
  /// portion.
  Refusal dispense(float length_cm, std::string_view request_id, uint32_t expires_s, const WallClock &clock, uint32_t now_ms,
                   const Inputs &inputs) {
    if (!RecentRequests::is_id(request_id))
      return Refusal::REQUEST_ID;
    if (this->requests_.contains(request_id))
      return Refusal::NONE;
    switch (judge_expiry(expires_s, clock, this->limits_.max_expiry_s)) {
      case Expiry::NO_CLOCK:
        return Refusal::NO_CLOCK;
      case Expiry::PAST:
        return Refusal::LATE;
      case Expiry::TOO_FAR:
        return Refusal::EXPIRY;
      case Expiry::OPEN:
        break;
    }
    const Refusal refusal = this->refusal_(length_cm, now_ms, inputs);
    if (refusal == Refusal::NONE) {
      this->requests_.add(request_id);  // first, so that the record that is stored before the motor turns contains it
      this->begin_(length_cm, now_ms, Asker::ACTION);
    }
    return refusal;
  }

  /// Stop now. The portion ends when the paper stands still.
  void stop(uint32_t now_ms) { this->motion_.cut(Outcome::STOPPED, now_ms); }

  /// New firmware is being written: no portion goes on or begins meanwhile.
  void set_updating(bool updating, uint32_t now_ms) {
    this->updating_ = updating;
    if (updating)
      this->stop(now_ms);
  }

  /// A person has looked at the dispenser.
  void reset(uint32_t now_ms) {
    this->health_.reset();
    this->rest_.clear(now_ms);
  }

  /// A full roll was put in.
  void new_roll() { this->paper_.new_roll(); }

  /// As PaperCount::calibrate, but refused in mid-portion.
  bool calibrate(float measured_cm) { return this->state() == State::IDLE && this->paper_.calibrate(measured_cm); }
  bool set_cm_per_pulse(float cm_per_pulse) {
    return this->state() == State::IDLE && this->paper_.set_cm_per_pulse(cm_per_pulse);
  }

  // --- the clock -------------------------------------------------------------------------------------------------------------

  /// Call often. Returns the portion that has just ended, once.
  std::optional<Portion> poll(uint32_t now_ms, const Inputs &inputs) {
    const uint32_t fresh = this->count_();
    this->duty_.update(now_ms, this->state() == State::RUNNING);
    if (this->state() != State::IDLE) {
      if (!this->motion_.poll(fresh, now_ms, inputs))
        return std::nullopt;
      return this->finish_(now_ms);
    }
    if (const Fault found = this->rest_.poll(fresh, inputs.current_a, now_ms); found != Fault::NONE)
      this->health_.latch(found);
    return std::nullopt;
  }

  // --- what it knows ---------------------------------------------------------------------------------------------------------

  State state() const { return this->motion_.state(); }
  Fault fault() const { return this->health_.fault(); }
  bool jam() const { return this->health_.jam(); }
  /// A hand pulls at the paper, or did so until a moment ago.
  bool pulled() const { return this->rest_.pulled(); }
  /// The condition that keeps it from giving paper, or that has just occurred.
  Status status(const Inputs &inputs) const {
    if (this->fault() != Fault::NONE)
      return status_of(this->fault());
    if (inputs.cover_open)
      return Status::COVER_OPEN;
    if (inputs.paper_out)
      return Status::PAPER_OUT;
    if (this->jam())
      return Status::JAM;
    if (this->state() == State::IDLE && !this->duty_.has(this->limits_.time_limit_ms))
      return Status::COOLING;
    return this->pulled() ? Status::PULLED : Status::READY;
  }
  float cm_per_pulse() const { return this->paper_.cm_per_pulse(); }
  /// All paper that ever came out, between portions too (cm).
  double total_cm() const { return this->paper_.total_cm(); }
  uint32_t portions() const { return this->paper_.portions(); }
  /// Paper that came off the roll since it was new (cm).
  double roll_used_cm() const { return this->paper_.roll_used_cm(); }
  /// Paper that moved between portions since the last call (cm).
  double take_strays_cm() { return static_cast<double>(this->rest_.take_pulses()) * this->cm_per_pulse(); }
  Coast &coast() { return this->motion_.coast(); }
  RecentRequests &requests() { return this->requests_; }

 protected:
  Refusal refusal_(float length_cm, uint32_t now_ms, const Inputs &inputs) const {
    if (this->updating_)
      return Refusal::UPDATING;
    if (this->state() != State::IDLE)
      return Refusal::BUSY;
    if (!(length_cm > 0.0f && length_cm <= this->limits_.length_cap_cm))
      return Refusal::LENGTH;  // not clamped: paper is money, and a wrong number is a mistake elsewhere
    if (this->health_.fault() != Fault::NONE)
      return Refusal::FAULT;
    if (this->rest_.moves_on())
      return Refusal::BUSY;  // the paper still moves: a hand pulls, or the motor does not stop; soon it is known which
    if (inputs.cover_open)
      return Refusal::COVER_OPEN;
    if (inputs.paper_out)
      return Refusal::PAPER_OUT;
    if (this->rest_.is_cooldown(now_ms))
      return Refusal::COOLDOWN;
    if (!this->duty_.has(this->limits_.time_limit_ms))
      return Refusal::DUTY;
    return Refusal::NONE;
  }

  void begin_(float length_cm, uint32_t now_ms, Asker asker) {
    this->rest_.add(this->count_());
    this->asker_ = asker;
    this->motion_.decide(this->paper_.to_pulses(length_cm));
    if (this->prepare_ != nullptr)
      now_ms = this->prepare_(this->prepare_context_);
    this->motion_.go(now_ms);
  }

  /// Count the pulses since the last call.
  uint32_t count_() {
    const uint32_t fresh = this->motion_.count();
    this->paper_.add(fresh);
    return fresh;
  }

  Portion finish_(uint32_t now_ms) {
    const auto &motion = this->motion_;
    this->health_.judge(motion.outcome());
    this->paper_.portion(motion.pulses());
    this->rest_.begin(motion.still(), motion.cut_ms(), now_ms);
    return Portion{.outcome = motion.outcome(),
                   .asker = this->asker_,
                   .target_pulses = motion.target(),
                   .pulses = motion.pulses(),
                   .cm = static_cast<float>(motion.pulses()) * this->cm_per_pulse(),
                   .motor_ms = motion.motor_ms()};
  }

  const Limits limits_;
  Motion<Pin> motion_;
  DutyBudget duty_;
  Health health_;
  Rest rest_;
  PaperCount paper_;
  RecentRequests requests_;
  Prepare prepare_{nullptr};
  void *prepare_context_{nullptr};

  bool updating_{false};
  Asker asker_{Asker::SWITCH};
};

}  // namespace esphome::paper_dispenser

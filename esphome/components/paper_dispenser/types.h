#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

/// The types of the state machine: its inputs and its answers.
namespace esphome::paper_dispenser {

/// How a portion ended.
enum class Outcome : uint8_t {
  COMPLETED,    ///< the whole length came out
  SHORT,        ///< the roll ended
  JAM,          ///< motor on, paper still (or the motor's current too high)
  TIMEOUT,      ///< the motor was on for its longest time
  STOPPED,      ///< told to stop
  COVER_OPEN,   ///< the cover was opened
  SENSOR,       ///< pulses that no paper can make
  STUCK,        ///< the paper went on after the motor was switched off
  INTERRUPTED,  ///< power was lost in mid-portion; the length is unknown
};

/// Why no portion was started.
enum class Refusal : uint8_t {
  NONE,
  BUSY,
  COVER_OPEN,
  PAPER_OUT,
  COOLDOWN,
  DUTY,
  FAULT,
  LENGTH,
  REQUEST_ID,
  LATE,
  EXPIRY,
  NO_CLOCK,
  UPDATING,           ///< new firmware is being written
  WINDOW,             ///< without Home Assistant: the next portion is not due yet
  NO_HOME_ASSISTANT,  ///< not connected, and not (or not yet) allowed to give paper by itself
};

/// Faults that only a person may reset.
enum class Fault : uint8_t {
  NONE,
  STUCK,   ///< the motor does not stop
  STRAY,   ///< the motor runs although it is off; paper that a hand pulls does not count
  SENSOR,  ///< the pulse sensor sends impossible pulses
  JAMMED,  ///< several jams in a row
  TIMER,   ///< the chip has no timer left for the second time limit; found at each start, so nobody can reset it
};

/// The dispenser's condition in one word: the worst of those that are true. Up to JAM the next visitor gets paper, now or in a moment.
enum class Status : uint8_t { READY, PULLED, COOLING, JAM, PAPER_OUT, COVER_OPEN, STUCK, STRAY, SENSOR, JAMMED, TIMER };

/// The condition of a dispenser with this fault.
inline Status status_of(Fault fault) {
  switch (fault) {
    case Fault::NONE:
      break;
    case Fault::STUCK:
      return Status::STUCK;
    case Fault::STRAY:
      return Status::STRAY;
    case Fault::SENSOR:
      return Status::SENSOR;
    case Fault::JAMMED:
      return Status::JAMMED;
    case Fault::TIMER:
      return Status::TIMER;
  }
  return Status::READY;
}

enum class State : uint8_t { IDLE, RUNNING, COASTING };

struct Limits {
  float length_cap_cm{200.0f};         ///< the longest portion, whatever is asked for
  uint32_t time_limit_ms{8000};        ///< the longest run of the motor
  uint32_t spin_up_ms{600};            ///< the first pulse comes within this time
  uint32_t stall_ms{400};              ///< and the next ones within this
  uint32_t settle_ms{200};             ///< no pulse for so long: the paper stands still
  uint32_t coast_limit_ms{1000};       ///< still moving after so long: the motor did not stop
  uint32_t cooldown_ms{1000};          ///< pause between two portions
  uint32_t duty_capacity_ms{60000};    ///< how long the motor may run without a pause
  float duty_share{0.25f};             ///< the part of the time that it may run for ever
  uint32_t stray_pulses{20};           ///< more than this while off …
  uint32_t stray_window_ms{10000};     ///< … within this time is a pull, forgiven after as long a rest; or the motor runs by itself:
  uint32_t stray_run_ms{5000};         ///< without a current sensor, when the paper moves for so long without a pause …
  float idle_current_a{0.1f};          ///< … with one, when more than this flows
  uint32_t noise_edges{100};           ///< so many edges that no paper can make are a broken sensor …
  uint32_t bounces_per_pulse{8};       ///< … on top of these, which a worn contact makes with each pulse
  float stall_current_a{0.0f};         ///< more than this for `stall_current_ms` is a jam; 0: not measured
  uint32_t stall_current_ms{150};
  uint8_t jams_to_latch{3};            ///< so many jams in a row need a person
  uint32_t max_expiry_s{60};           ///< a command that is valid for longer is refused
};

/// The values of the other sensors. A sensor that does not exist is false, or NAN.
struct Inputs {
  bool cover_open{false};
  bool paper_out{false};
  float current_a{NAN};
};

/// Who asked for a portion.
enum class Asker : uint8_t {
  ACTION,  ///< FaceQuota, by the action dispense
  SWITCH,  ///< the switch: a person or an automation turned it on
  ALONE,   ///< a visitor, while Home Assistant was away
};

/// One finished portion.
struct Portion {
  Outcome outcome;
  Asker asker;
  uint32_t target_pulses;
  uint32_t pulses;    ///< the pulses that really came, coasting included
  float cm;
  uint32_t motor_ms;  ///< how long the motor was on
};

}  // namespace esphome::paper_dispenser

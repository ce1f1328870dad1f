#pragma once

#include "types.h"

/// The words that Home Assistant sees. They are a contract (esphome/README.md): never rename one.
namespace esphome::paper_dispenser {

inline const char *to_word(Outcome outcome) {
  switch (outcome) {
    case Outcome::COMPLETED:
      return "completed";
    case Outcome::SHORT:
      return "short";
    case Outcome::JAM:
      return "jam";
    case Outcome::TIMEOUT:
      return "timeout";
    case Outcome::STOPPED:
      return "stopped";
    case Outcome::COVER_OPEN:
      return "cover_open";
    case Outcome::SENSOR:
      return "sensor";
    case Outcome::STUCK:
      return "stuck";
    case Outcome::INTERRUPTED:
      return "interrupted";
  }
  return "";
}

inline const char *to_word(Refusal refusal) {
  switch (refusal) {
    case Refusal::NONE:
      return "ok";
    case Refusal::BUSY:
      return "refused:busy";
    case Refusal::COVER_OPEN:
      return "refused:cover_open";
    case Refusal::PAPER_OUT:
      return "refused:paper_out";
    case Refusal::COOLDOWN:
      return "refused:cooldown";
    case Refusal::DUTY:
      return "refused:duty";
    case Refusal::FAULT:
      return "refused:fault";
    case Refusal::LENGTH:
      return "refused:length";
    case Refusal::REQUEST_ID:
      return "refused:request_id";
    case Refusal::LATE:
      return "refused:late";
    case Refusal::EXPIRY:
      return "refused:expiry";
    case Refusal::NO_CLOCK:
      return "refused:no_clock";
    case Refusal::UPDATING:
      return "refused:updating";
    case Refusal::WINDOW:
      return "refused:window";
    case Refusal::NO_HOME_ASSISTANT:
      return "refused:no_home_assistant";
  }
  return "";
}

inline const char *to_word(Status status) {
  switch (status) {
    case Status::READY:
      return "ready";
    case Status::PULLED:
      return "pulled";
    case Status::COOLING:
      return "cooling";
    case Status::JAM:
      return "jam";
    case Status::PAPER_OUT:
      return "paper_out";
    case Status::COVER_OPEN:
      return "cover_open";
    case Status::STUCK:
      return "stuck";
    case Status::STRAY:
      return "stray";
    case Status::SENSOR:
      return "sensor";
    case Status::JAMMED:
      return "jammed";
    case Status::TIMER:
      return "timer";
  }
  return "";
}

}  // namespace esphome::paper_dispenser

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace esphome::paper_dispenser {

/// The wall clock as far as the device knows it.
struct WallClock {
  bool valid;                ///< it was set at least once
  uint32_t now_s;            ///< unix time; compared by difference, so that 2038 and 2106 pass unnoticed
  uint32_t uncertainty_s;    ///< how far behind the sender's clock it may be
};

enum class Expiry : uint8_t { OPEN, PAST, TOO_FAR, NO_CLOCK };

/// Whether a command may still run. A command that is valid for too long does not protect from late delivery: it is refused.
inline Expiry judge_expiry(uint32_t expires_s, const WallClock &clock, uint32_t max_s) {
  if (!clock.valid)
    return Expiry::NO_CLOCK;
  const auto left = static_cast<int32_t>(expires_s - clock.now_s);
  if (left <= static_cast<int32_t>(clock.uncertainty_s))
    return Expiry::PAST;
  return left > static_cast<int32_t>(max_s) ? Expiry::TOO_FAR : Expiry::OPEN;
}

/// The last requests that moved paper, so that none of them moves paper twice.
class RecentRequests {
 public:
  static constexpr size_t SIZE = 8;
  static constexpr size_t MAX_ID_LENGTH = 64;

  static bool is_id(std::string_view id) { return !id.empty() && id.size() <= MAX_ID_LENGTH; }

  bool contains(std::string_view id) const {
    const uint64_t wanted = hash(id);
    for (const uint64_t known : this->hashes_) {
      if (known == wanted)
        return true;
    }
    return false;
  }

  void add(std::string_view id) { this->add_(hash(id)); }

  /// The newest requests, oldest first, to store and to restore.
  template<size_t N> std::array<uint64_t, N> newest() const {
    static_assert(N <= SIZE);
    std::array<uint64_t, N> result;
    for (size_t i = 0; i < N; i++)
      result[i] = this->hashes_[(this->next_ + SIZE - N + i) % SIZE];
    return result;
  }
  template<size_t N> void restore(const std::array<uint64_t, N> &stored) {
    for (const uint64_t hash : stored)
      this->add_(hash);
  }

 protected:
  /// FNV-1a, 64 bits. Zero marks an empty place.
  static uint64_t hash(std::string_view id) {
    uint64_t value = 14695981039346656037ULL;
    for (const char c : id)
      value = (value ^ static_cast<uint8_t>(c)) * 1099511628211ULL;
    return value == 0 ? 1 : value;
  }

  void add_(uint64_t hash) {
    this->hashes_[this->next_] = hash;
    this->next_ = (this->next_ + 1) % SIZE;
  }

  std::array<uint64_t, SIZE> hashes_{};
  size_t next_{0};
};

}  // namespace esphome::paper_dispenser

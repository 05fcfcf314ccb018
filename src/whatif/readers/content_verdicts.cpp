#include "whatif/readers/content_verdicts.hpp"

#include "base/hash.hpp"
#include "whatif/readers/filter_line.hpp"

namespace postern::whatif {
namespace {

// 0 is no key.
std::uint64_t key_of(std::string_view text, std::uint64_t kind) {
  return text.empty() ? ContentVerdicts::no_key : hash_of(text, kind) | 1U;
}

}  // namespace

std::uint64_t ContentVerdicts::queue_key(std::string_view queue_id) { return key_of(queue_id, 1); }
std::uint64_t ContentVerdicts::message_key(std::string_view message_id) { return key_of(message_id, 2); }

bool ContentVerdicts::take(LogLine const& line) {
  if (!is_content_filter(line.program)) return false;
  if (auto const verdict = filter_verdict(line)) {
    tell(line.at, queue_key(verdict->queue_id), verdict->wanted);
    tell(line.at, queue_key(verdict->queued_as), verdict->wanted);
    tell(line.at, message_key(verdict->message_id), verdict->wanted);
  }
  return true;
}

void ContentVerdicts::tell(Instant at, std::uint64_t key, Wanted wanted) {
  if (key == no_key || wanted == Wanted::unknown) return;
  are_told_ = true;
  auto const [entry, is_new] = verdicts_.try_emplace(key, Verdict{.at = at, .wanted = wanted});
  if (!is_new) {
    auto& known = entry->second;
    bool const differs = known.wanted != wanted && at - known.at <= holds;
    known = {.at = at, .wanted = differs ? Wanted::unknown : wanted};
  }
  order_.push_back({.key = key, .at = at});
  if (order_.size() <= most_kept) return;
  auto const oldest = order_.front();
  order_.pop_front();
  if (auto const found = verdicts_.find(oldest.key);
      found != verdicts_.end() && found->second.at == oldest.at)
    verdicts_.erase(found);
}

Wanted ContentVerdicts::at_key(Instant at, std::uint64_t key) const {
  if (key == no_key) return Wanted::unknown;
  auto const found = verdicts_.find(key);
  if (found == verdicts_.end()) return Wanted::unknown;
  auto const& verdict = found->second;
  auto const apart = verdict.at > at ? verdict.at - at : at - verdict.at;
  return apart <= holds ? verdict.wanted : Wanted::unknown;
}

Wanted ContentVerdicts::of(Instant at, std::uint64_t queue_key, std::uint64_t message_key) const {
  if (!are_told_) return Wanted::unknown;
  auto const by_queue_id = at_key(at, queue_key);
  return by_queue_id != Wanted::unknown ? by_queue_id : at_key(at, message_key);
}

}  // namespace postern::whatif

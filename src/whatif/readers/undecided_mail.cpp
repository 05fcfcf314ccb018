#include "whatif/readers/undecided_mail.hpp"

#include <algorithm>

namespace postern::whatif {
namespace {

constexpr std::size_t most_commenting = 1000;
constexpr std::size_t enough_of_them = 3;  // after a gap: as many are not all wrong
constexpr Duration far_ahead = std::chrono::hours(366 * 24);

}  // namespace

void UndecidedMail::decide_tls(MailboxMessage& message) const {
  if (message.plaintext_if_border_comments && commenting_.contains(message.border))
    message.reception.tls.used = Tristate::no;
}

void UndecidedMail::give(MailboxMessage&& message) { sink_.take(std::move(message.reception)); }

void UndecidedMail::take(MailboxMessage&& message) {
  if (message.reception.origin == Origin::local) return give(std::move(message));
  if (message.has_tls_comment && commenting_.size() < most_commenting) commenting_.insert(message.border);
  decide_tls(message);
  if (message.time.certain) {
    before_ = message.time.at;
    latest_ = std::max(latest_.value_or(*before_), *before_);
    ++certain_;
  }
  bool const tls_is_open =
      message.plaintext_if_border_comments && message.reception.tls.used == Tristate::unknown;
  if (!tls_is_open && message.time.certain) return give(std::move(message));
  if (held_.size() < limit) {
    held_.push_back({.message = std::move(message), .beside = before_});
    return;
  }
  if (!message.time.at) message.reception.at = before_.value_or(mailbox_changed_);
  give(std::move(message));
}

// The time up to which the others reach: of those that are certain, or else of the middle one.
std::optional<Instant> UndecidedMail::last_of_body() const {
  if (latest_) return latest_;
  std::vector<Instant> times;
  for (auto const& held : held_)
    if (held.message.time.at && !held.message.time.after_mailbox) times.push_back(*held.message.time.at);
  if (times.empty())
    for (auto const& held : held_)
      if (held.message.time.at) times.push_back(*held.message.time.at);
  if (times.empty()) return std::nullopt;
  auto const middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
  std::nth_element(times.begin(), middle, times.end());
  return *middle;
}

// Takes the time from messages that are far ahead of the others.
void UndecidedMail::decide_times() {
  auto last = last_of_body();
  std::vector<MailTime*> dated;
  std::size_t after_mailbox = 0;
  for (auto& held : held_)
    if (held.message.time.at) {
      dated.push_back(&held.message.time);
      if (held.message.time.after_mailbox) ++after_mailbox;
    }
  // With most of its messages later than itself it is the mailbox's own time that is wrong.
  bool const mailbox_is_right = after_mailbox <= certain_ + dated.size() - after_mailbox;
  std::sort(dated.begin(), dated.end(), [](MailTime const* a, MailTime const* b) { return *a->at < *b->at; });
  for (std::size_t i = 0; i < dated.size(); ++i) {
    auto& time = *dated[i];
    bool const is_far = *time.at > *last + far_ahead && dated.size() - i < enough_of_them;
    if ((time.after_mailbox && mailbox_is_right) || is_far) {
      time.at.reset();
      ++disbelieved_;
    } else {
      last = std::max(*last, *time.at);
    }
  }
}

void UndecidedMail::end(SourceStats& stats) {
  decide_times();
  auto beside = last_of_body();
  for (auto const& held : held_)
    if (held.message.time.at) beside = std::min(*beside, *held.message.time.at);
  for (auto& held : held_) {
    auto& message = held.message;
    decide_tls(message);
    if (message.time.at) {
      beside = message.time.at;
    } else {
      message.reception.at = held.beside ? *held.beside : beside.value_or(mailbox_changed_);
      ++without_time_;
    }
    give(std::move(message));
  }
  held_.clear();
  if (without_time_ > disbelieved_)
    stats.note(std::to_string(without_time_ - disbelieved_) +
               " messages have no time that can be read: each counts at that of a message beside it.");
  if (disbelieved_ > 0)
    stats.note(std::to_string(disbelieved_) +
               " messages have a time far ahead of the others, which is not believed: each counts at that of "
               "a message beside it.");
}

}  // namespace postern::whatif

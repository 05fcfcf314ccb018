#include "whatif/readers/sendmail_proofs.hpp"

#include "base/hash.hpp"

namespace postern::whatif {
namespace {

constexpr std::size_t most_sessions_proved = 100'000;
constexpr auto session_time = std::chrono::hours(1);  // a process id comes again later than that

std::uint64_t process_key(LogLine const& line) {
  return hash_of(line.host) ^ (line.pid * 0x9E3779B97F4A7C15ULL);
}

}  // namespace

std::uint64_t sendmail_queue_key(LogLine const& line, std::string_view id) {
  return hash_of(id, hash_of(line.host) + 1);
}

SendmailProofs::Proved& SendmailProofs::place(std::uint64_t key) {
  if (proved_.try_emplace(key).second) {
    order_.push_back(key);
    if (order_.size() > most_sessions_proved) {
      if (order_.front() != key) proved_.erase(order_.front());
      order_.pop_front();
    }
  }
  return proved_[key];
}

template <class Change>
void SendmailProofs::change(LogLine const& line, std::string_view id, Change alter) {
  if (line.pid != 0 || id.empty()) alter(place(process_key(line)));
  if (!id.empty()) alter(place(sendmail_queue_key(line, id)));
}

void SendmailProofs::starttls(LogLine const& line, std::string_view id, Reception const& session) {
  change(line, id, [&](Proved& proved) {
    proved = {};
    proved.client = session.client;
    proved.has_client = session.has_client;
    proved.tls = session.tls;
    proved.at = line.at;
  });
}

void SendmailProofs::logged_in(LogLine const& line, std::string_view id, Reception const& session) {
  change(line, id, [&](Proved& proved) {
    bool const other_client = session.has_client && proved.has_client && !(proved.client == session.client);
    if (other_client || line.at - proved.at > session_time) proved = {};
    if (session.has_client) {
      proved.client = session.client;
      proved.has_client = true;
    }
    proved.logged_in = true;
    proved.at = line.at;
  });
}

void SendmailProofs::ended(LogLine const& line) { proved_.erase(process_key(line)); }

SendmailProofs::Proved const* SendmailProofs::of(LogLine const& line, std::string_view id,
                                                 Reception const& message) const {
  if (auto const found = proved_.find(process_key(line)); line.pid != 0 && found != proved_.end()) {
    auto const& proved = found->second;
    bool const same_client = !proved.has_client || (message.has_client && proved.client == message.client);
    if (same_client && line.at - proved.at <= session_time) return &proved;
  }
  auto const found = proved_.find(sendmail_queue_key(line, id));
  return id.empty() || found == proved_.end() ? nullptr : &found->second;
}

}  // namespace postern::whatif

#include "app/commands/queue_text.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <utility>

#include "base/ascii.hpp"
#include "base/counted.hpp"

namespace postern::app {

namespace json = boost::json;

namespace {

void print_json(json::value const& value) { std::printf("%s\n", json::serialize(value).c_str()); }

void print_message(json::object const& message) {
  auto const sender = text_of(message, "sender");
  std::printf("%s  %s  %8lld bytes  from <%s>%s\n", text_of(message, "id").c_str(),
              text_of(message, "arrived").c_str(),
              static_cast<long long>(message.at("size").to_number<std::int64_t>()), printable(sender).c_str(),
              message.at("held").as_bool() ? "  HELD" : "");
  for (auto const& item : message.at("recipients").as_array()) {
    auto const& r = item.as_object();
    std::printf("    %-9s <%s>", text_of(r, "state").c_str(), printable(text_of(r, "address")).c_str());
    if (auto const due = text_of(r, "due"); !due.empty())
      std::printf("  tried %s, next %s", counted(r.at("attempts").to_number<std::uint64_t>(), "time").c_str(),
                  due.c_str());
    if (auto const reply = text_of(r, "last_reply"); !reply.empty())
      std::printf("\n              %s", reply.c_str());
    std::printf("\n");
  }
}

// "2h", "3d": how long ago.
std::string since(std::string const& at) {
  std::tm parts{};
  if (::strptime(at.c_str(), "%Y-%m-%dT%H:%M:%S", &parts) == nullptr) return at;
  auto const seconds = std::max<std::int64_t>(0, std::time(nullptr) - ::timegm(&parts));
  for (auto const& [unit, size] : {std::pair{'d', 86'400}, std::pair{'h', 3'600}, std::pair{'m', 60}})
    if (seconds >= size) return std::to_string(seconds / size) + unit;
  return std::to_string(seconds) + "s";
}

void print_destination(json::object const& one) {
  auto const count = [&](char const* key) {
    auto const* value = one.if_contains(key);
    return value != nullptr ? value->to_number<std::uint64_t>() : 0;
  };
  std::printf("%8llu  oldest %-4s  %s", static_cast<unsigned long long>(count("recipients")),
              since(text_of(one, "oldest")).c_str(), printable(text_of(one, "destination")).c_str());
  if (count("held") > 0) std::printf("  (%llu held)", static_cast<unsigned long long>(count("held")));
  if (count("connections") > 0) std::printf("  (%s)", counted(count("connections"), "connection").c_str());
  auto const rests = text_of(one, "rests_until");
  auto const next = rests.empty() ? text_of(one, "next") : rests;
  if (!next.empty()) std::printf("\n          next %s", next.c_str());
  auto const problem = text_of(one, "problem");
  auto const why = problem.empty() ? text_of(one, "last_reply") : problem;
  if (!why.empty()) std::printf("\n          %s", printable(why, 512).c_str());
  std::printf("\n");
}

}  // namespace

std::string text_of(json::object const& object, std::string_view key) {
  auto const* value = object.if_contains(json::string_view(key.data(), key.size()));
  return value != nullptr && value->is_string() ? std::string(value->get_string().c_str()) : std::string();
}

void print_list(json::array const& messages, bool as_json) {
  if (as_json) return print_json(messages);
  for (auto const& message : messages) print_message(message.as_object());
  std::printf("%s\n", counted(messages.size(), "message").c_str());
}

void print_one(json::object const& message, bool as_json) {
  if (as_json) return print_json(message);
  print_message(message);
  if (auto const header = text_of(message, "header"); !header.empty()) {
    std::printf("\n");
    for (char c : header)
      if (c != '\r') std::putchar(c == '\n' || c == '\t' || (c >= ' ' && c != 0x7F) ? c : '?');
    std::printf("\n");
  }
}

void print_destinations(json::array const& destinations, bool as_json) {
  if (as_json) return print_json(destinations);
  std::uint64_t recipients = 0;
  for (auto const& one : destinations) {
    print_destination(one.as_object());
    recipients += one.at("recipients").to_number<std::uint64_t>();
  }
  std::printf("%s for %s\n", counted(recipients, "recipient waits", "recipients wait").c_str(),
              counted(destinations.size(), "destination").c_str());
}

}  // namespace postern::app

#include "app/settings/parsed_values.hpp"

#include <charconv>

#include "policy/rules.hpp"
#include "wire/path.hpp"

namespace postern::app {

Result<std::optional<delivery::Route>, std::string> parse_deliver(std::string_view text) {
  if (text.empty()) return std::optional<delivery::Route>();
  auto route = delivery::parse_route(text);
  if (!route) return fail(route.error());
  return std::optional(*std::move(route));
}

std::string print_deliver(std::optional<delivery::Route> const& route) {
  return route ? delivery::print(*route) : std::string();
}

Result<std::uint32_t, std::string> parse_rollout(std::string_view text) {
  if (text == "observe") return std::uint32_t{0};
  if (text == "enforce") return policy::Rule::everybody;
  std::string const wrong = "not \"observe\", \"enforce\" or a share, such as \"10%\"";
  if (!text.ends_with('%')) return fail(wrong);
  text.remove_suffix(1);
  double percent = -1;
  auto const [end, problem] = std::from_chars(text.data(), text.data() + text.size(), percent);
  bool const whole = problem == std::errc() && end == text.data() + text.size();
  if (!whole || !(percent >= 0 && percent <= 100)) return fail(wrong);
  return static_cast<std::uint32_t>(percent * 100 + 0.5);
}

std::string print_rollout(std::uint32_t rollout) {
  if (rollout == 0) return "observe";
  if (rollout >= policy::Rule::everybody) return "enforce";
  auto percent = std::to_string(rollout / 100);
  if (rollout % 100 != 0) percent += "." + std::to_string(rollout % 100 / 10) + std::to_string(rollout % 10);
  return percent + "%";
}

Result<std::optional<Address>, std::string> parse_deliver_to(std::string_view text) {
  if (text.empty()) return std::optional<Address>();
  auto address = wire::parse_mailbox(text);
  if (!address || address->domain() == nullptr) return fail(std::string("not a mail address"));
  return std::optional(*std::move(address));
}

std::string print_deliver_to(std::optional<Address> const& address) {
  return address ? address->print() : std::string();
}

}  // namespace postern::app

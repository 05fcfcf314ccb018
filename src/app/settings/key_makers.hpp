// Makes the keys of the settings table: one maker per type of value. A key reads its default from its owner's
// struct, checks its bounds, and says what would be right. Whether a change needs a restart follows from the
// struct that keeps the value: POSTERN_LIVE(...) reaches into LiveSettings only, POSTERN_RESTART(...) into
// StartSettings only.
#pragma once

#include <optional>
#include <type_traits>
#include <utility>

#include "app/settings/key.hpp"
#include "app/settings/settings.hpp"
#include "base/ascii.hpp"
#include "base/byte_size.hpp"

namespace postern::app {

template <class Member>
struct InLive {
  static constexpr Reload reload = Reload::live;
  Member member;
  auto& operator()(Settings& settings) const { return member(settings.live); }
};

template <class Member>
struct InStart {
  static constexpr Reload reload = Reload::restart;
  Member member;
  auto& operator()(Settings& settings) const { return member(settings.start); }
};

template <class Member>
InLive<Member> in_live(Member member) {
  return {member};
}

template <class Member>
InStart<Member> in_start(Member member) {
  return {member};
}

// Of other owners: live, unless their table says otherwise.
template <class Get>
constexpr Reload reload_of() {
  if constexpr (requires { Get::reload; })
    return Get::reload;
  else
    return Reload::live;
}

inline std::string quoted_list(std::vector<std::string> const& items) {
  std::string out = "[";
  for (auto const& item : items) out += (out.size() > 1 ? ", " : "") + in_quotes(item);
  return out + "]";
}

template <class Owner, class Get>
Key<Owner> text(std::string name, Get get, std::string help) {
  return {std::move(name),
          "string",
          std::move(help),
          reload_of<Get>(),
          [get](Owner& owner, SettingValue const& value) -> KeyOutcome {
            auto const* given = std::get_if<std::string>(&value);
            if (given == nullptr) return fail(std::string("not a string in quotes"));
            get(owner) = *given;
            return {};
          },
          [get](Owner const& owner) { return in_quotes(get(const_cast<Owner&>(owner))); }};
}

template <class Owner, class Get>
Key<Owner> texts(std::string name, Get get, std::string help) {
  return {std::move(name),
          "list of strings",
          std::move(help),
          reload_of<Get>(),
          [get](Owner& owner, SettingValue const& value) -> KeyOutcome {
            auto const* given = std::get_if<std::vector<std::string>>(&value);
            if (given == nullptr) return fail(std::string("not a list of strings, such as [\"a\", \"b\"]"));
            get(owner) = *given;
            return {};
          },
          [get](Owner const& owner) { return quoted_list(get(const_cast<Owner&>(owner))); }};
}

template <class Owner, class Get>
Key<Owner> number(std::string name, Get get, std::int64_t least, std::int64_t most, std::string help) {
  std::string const range = std::to_string(least) + " to " + std::to_string(most);
  return {std::move(name),
          "number, " + range,
          std::move(help),
          reload_of<Get>(),
          [get, least, most, range](Owner& owner, SettingValue const& value) -> KeyOutcome {
            auto const* given = std::get_if<std::int64_t>(&value);
            if (given == nullptr || *given < least || *given > most)
              return fail("not a number from " + range);
            get(owner) = static_cast<std::remove_reference_t<decltype(get(owner))>>(*given);
            return {};
          },
          [get](Owner const& owner) { return std::to_string(get(const_cast<Owner&>(owner))); }};
}

template <class Owner, class Get>
Key<Owner> size(std::string name, Get get, std::uint64_t least, std::uint64_t most, std::string help) {
  std::string const range = print_byte_size(least) + " to " + print_byte_size(most);
  return {std::move(name),
          "size, " + range,
          std::move(help),
          reload_of<Get>(),
          [get, least, most, range](Owner& owner, SettingValue const& value) -> KeyOutcome {
            std::optional<std::uint64_t> given;
            if (auto const* count = std::get_if<std::int64_t>(&value); count != nullptr && *count >= 0)
              given = static_cast<std::uint64_t>(*count);
            if (auto const* written = std::get_if<std::string>(&value)) given = parse_byte_size(*written);
            if (!given || *given < least || *given > most)
              return fail("not a size from " + range + ", such as \"50MiB\"");
            get(owner) = static_cast<std::remove_reference_t<decltype(get(owner))>>(*given);
            return {};
          },
          [get](Owner const& owner) { return in_quotes(print_byte_size(get(const_cast<Owner&>(owner)))); }};
}

template <class Owner, class Get>
Key<Owner> duration(std::string name, Get get, Duration least, Duration most, std::string help) {
  std::string const range = print_duration(least) + " to " + print_duration(most);
  return {std::move(name),
          "time, " + range,
          std::move(help),
          reload_of<Get>(),
          [get, least, most, range](Owner& owner, SettingValue const& value) -> KeyOutcome {
            std::optional<Duration> given;
            if (auto const* seconds = std::get_if<std::int64_t>(&value))
              given = parse_duration(std::to_string(*seconds));
            if (auto const* written = std::get_if<std::string>(&value)) given = parse_duration(*written);
            if (!given || *given < least || *given > most)
              return fail("not a time from " + range + ", such as \"5m\"");
            get(owner) = *given;
            return {};
          },
          [get](Owner const& owner) { return in_quotes(print_duration(get(const_cast<Owner&>(owner)))); }};
}

template <class Owner, class Get>
Key<Owner> flag(std::string name, Get get, std::string help) {
  return {
      std::move(name),
      "true or false",
      std::move(help),
      reload_of<Get>(),
      [get](Owner& owner, SettingValue const& value) -> KeyOutcome {
        auto const* given = std::get_if<bool>(&value);
        if (given == nullptr) return fail(std::string("not true or false"));
        get(owner) = *given;
        return {};
      },
      [get](Owner const& owner) { return std::string(get(const_cast<Owner&>(owner)) ? "true" : "false"); }};
}

template <class Owner, class Value, class Get>
Key<Owner> choice(std::string name, Get get, std::vector<std::pair<std::string, Value>> values,
                  std::string help) {
  std::string words;
  for (auto const& [word, value] : values) words += (words.empty() ? "" : ", ") + word;
  return {std::move(name),
          "one of " + words,
          std::move(help),
          reload_of<Get>(),
          [get, values, words](Owner& owner, SettingValue const& value) -> KeyOutcome {
            auto const* given = std::get_if<std::string>(&value);
            for (auto const& [word, meaning] : values) {
              if (given == nullptr || *given != word) continue;
              get(owner) = meaning;
              return {};
            }
            return fail("not one of " + words);
          },
          [get, values](Owner const& owner) -> std::string {
            for (auto const& [word, meaning] : values)
              if (get(const_cast<Owner&>(owner)) == meaning) return in_quotes(word);
            return "\"\"";
          }};
}

// A string that `parse` turns into the value, a Result whose error says what would be right; `write` turns
// the value into what `parse` reads.
template <class Owner, class Get, class Parse, class Write>
Key<Owner> parsed(std::string name, Get get, Parse parse, Write write, std::string help) {
  return {std::move(name),
          "string",
          std::move(help),
          reload_of<Get>(),
          [get, parse](Owner& owner, SettingValue const& value) -> KeyOutcome {
            auto const* given = std::get_if<std::string>(&value);
            if (given == nullptr) return fail(std::string("not a string in quotes"));
            auto meaning = parse(*given);
            if (!meaning) return fail(meaning.error());
            get(owner) = *std::move(meaning);
            return {};
          },
          [get, write](Owner const& owner) { return in_quotes(write(get(const_cast<Owner&>(owner)))); }};
}

template <class Owner, class Get>
Key<Owner> networks(std::string name, Get get, std::string help) {
  return {std::move(name),
          "list of networks",
          std::move(help),
          reload_of<Get>(),
          [get](Owner& owner, SettingValue const& value) -> KeyOutcome {
            auto const* given = std::get_if<std::vector<std::string>>(&value);
            if (given == nullptr)
              return fail(std::string("not a list of networks, such as [\"192.0.2.0/24\"]"));
            get(owner).clear();
            for (auto const& item : *given) {
              auto const network = Network::parse(item);
              if (!network)
                return fail(in_quotes(item) + " is not a network, such as 192.0.2.0/24 or 2001:db8::/32");
              get(owner).push_back(*network);
            }
            return {};
          },
          [get](Owner const& owner) {
            std::vector<std::string> items;
            for (auto const& network : get(const_cast<Owner&>(owner))) items.push_back(network.print());
            return quoted_list(items);
          }};
}

inline std::vector<std::pair<std::string, policy::TlsRequirement>> const requirements{
    {"never", policy::TlsRequirement::never},
    {"remembered", policy::TlsRequirement::remembered},
    {"always", policy::TlsRequirement::always},
    {"tls>=1.2", policy::TlsRequirement::at_least_1_2},
    {"tls>=1.3", policy::TlsRequirement::at_least_1_3},
    {"client-certificate", policy::TlsRequirement::client_certificate},
    {"trusted-client-certificate", policy::TlsRequirement::trusted_client_certificate}};

#define POSTERN_LIVE(name) ::postern::app::in_live([](LiveSettings & s) -> auto& { return s.name; })
#define POSTERN_RESTART(name) ::postern::app::in_start([](StartSettings & s) -> auto& { return s.name; })

}  // namespace postern::app

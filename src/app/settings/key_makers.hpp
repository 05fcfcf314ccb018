// Makes the keys of the settings table: one maker a type of value. A key reads its default from its owner's
// struct, checks its bounds, and says what would be right.
#pragma once

#include "app/settings/settings_table.hpp"
#include "base/ascii.hpp"
#include "base/byte_size.hpp"

namespace postern::app {

using KeyOutcome = Result<void, std::string>;

inline std::string quoted_list(std::vector<std::string> const& items) {
  std::string out = "[";
  for (auto const& item : items) out += (out.size() > 1 ? ", " : "") + quoted(item);
  return out + "]";
}

template <class Owner, class Get>
Key<Owner> text(std::string name, Get get, std::string help) {
  return {std::move(name), "text", std::move(help),
          [get](Owner& owner, SettingValue const& value) -> KeyOutcome {
            auto const* given = std::get_if<std::string>(&value);
            if (given == nullptr) return fail(std::string("not a text in quotes"));
            get(owner) = *given;
            return {};
          },
          [get](Owner const& owner) { return quoted(get(const_cast<Owner&>(owner))); }};
}

template <class Owner, class Get>
Key<Owner> texts(std::string name, Get get, std::string help) {
  return {std::move(name), "list of texts", std::move(help),
          [get](Owner& owner, SettingValue const& value) -> KeyOutcome {
            auto const* given = std::get_if<std::vector<std::string>>(&value);
            if (given == nullptr) return fail(std::string("not a list of texts, such as [\"a\", \"b\"]"));
            get(owner) = *given;
            return {};
          },
          [get](Owner const& owner) { return quoted_list(get(const_cast<Owner&>(owner))); }};
}

template <class Owner, class Get>
Key<Owner> number(std::string name, Get get, std::int64_t least, std::int64_t most, std::string help) {
  std::string const range = std::to_string(least) + " to " + std::to_string(most);
  return {std::move(name), "number, " + range, std::move(help),
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
  return {std::move(name), "size, " + range, std::move(help),
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
          [get](Owner const& owner) { return quoted(print_byte_size(get(const_cast<Owner&>(owner)))); }};
}

template <class Owner, class Get>
Key<Owner> duration(std::string name, Get get, Duration least, Duration most, std::string help) {
  std::string const range = print_duration(least) + " to " + print_duration(most);
  return {std::move(name), "time, " + range, std::move(help),
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
          [get](Owner const& owner) { return quoted(print_duration(get(const_cast<Owner&>(owner)))); }};
}

template <class Owner, class Get>
Key<Owner> flag(std::string name, Get get, std::string help) {
  return {
      std::move(name), "true or false", std::move(help),
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
  return {std::move(name), "one of " + words, std::move(help),
          [get, values, words](Owner& owner, SettingValue const& value) -> KeyOutcome {
            auto const* given = std::get_if<std::string>(&value);
            for (auto const& [word, meaning] : values)
              if (given != nullptr && *given == word) return get(owner) = meaning, KeyOutcome{};
            return fail("not one of " + words);
          },
          [get, values](Owner const& owner) -> std::string {
            for (auto const& [word, meaning] : values)
              if (get(const_cast<Owner&>(owner)) == meaning) return quoted(word);
            return "\"\"";
          }};
}

template <class Owner, class Get>
Key<Owner> networks(std::string name, Get get, std::string help) {
  return {std::move(name), "list of networks", std::move(help),
          [get](Owner& owner, SettingValue const& value) -> KeyOutcome {
            auto const* given = std::get_if<std::vector<std::string>>(&value);
            if (given == nullptr)
              return fail(std::string("not a list of networks, such as [\"192.0.2.0/24\"]"));
            get(owner).clear();
            for (auto const& item : *given) {
              auto const network = Network::parse(item);
              if (!network)
                return fail(quoted(item) + " is not a network, such as 192.0.2.0/24 or 2001:db8::/32");
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

#define POSTERN_AT(member) \
  [](Settings & s) -> auto& { return s.member; }

}  // namespace postern::app

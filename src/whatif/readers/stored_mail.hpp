// What the sources of stored messages share: from header sections to receptions, and notes on the border.
// Bounds: 256 KiB of a header section are looked at; 1,000 borders and as many clients are counted.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/ip_address.hpp"
#include "whatif/facts_source.hpp"
#include "whatif/readers/border.hpp"
#include "whatif/readers/undecided_mail.hpp"

namespace postern::whatif {

class StoredMail : public FactsSource {
 public:
  static constexpr std::size_t max_header = 256 * 1024;

  void end() override;

 protected:
  StoredMail(SourceSettings settings, ReceptionSink& sink)
      : settings_(std::move(settings)), border_(settings_.border), undecided_(sink, settings_.reference) {}

  // `filed`: when the message was put in its mailbox, as far as that is told.
  void message(std::string_view header, bool junk_folder, std::optional<Instant> filed);
  SourceSettings settings_;

 private:
  void count(MailboxMessage const& message);
  void note_borders();
  void note_gateway();

  Border border_;
  UndecidedMail undecided_;
  std::map<std::string, std::uint64_t> borders_;  // messages, by who wrote the border's field
  std::map<IpAddress::Bytes, std::uint64_t> clients_;
  std::uint64_t from_outside_ = 0;
  std::uint64_t by_way_of_microsoft_ = 0;
};

}  // namespace postern::whatif

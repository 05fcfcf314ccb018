// Delivery status notifications about whatever strangers have said: always three parts, ASCII in lines that
// end with CRLF, and no line of theirs becomes a field of ours.
#include "wire/delivery_report.hpp"

#include "base/ascii.hpp"
#include "expect.hpp"
#include "support/example_policy.hpp"
#include "support/line_ends.hpp"
#include "wire/mime.hpp"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using namespace postern;
  if (size == 0) return 0;
  std::string const text(reinterpret_cast<char const*>(data) + 1, size - 1);
  wire::DeliveryReport report;
  report.action = static_cast<wire::Action>(data[0] % 4);
  report.reporting_mta = "mx.example.org";
  report.id = "R1";
  report.to = tests::address("s@far.example");
  report.envid = text;
  wire::QueuedRecipient const recipient{
      .address = tests::address("a@example.org"), .original = text, .orcpt = "rfc822;" + text};
  report.recipients.push_back(
      {.recipient = recipient, .status = {5, 1, 1}, .diagnostic = text, .remote_mta = text});
  report.with_content = (data[0] & 4) != 0;
  report.original = text;
  auto const printed = print(report);
  POSTERN_EXPECT(is_ascii(printed) && tests::only_crlf(printed));
  std::string_view const head = std::string_view(printed).substr(0, printed.find("\r\n\r\n"));
  POSTERN_EXPECT(head.find("multipart/report") != std::string_view::npos);
  auto const delimiter = printed.find("\r\n--");
  auto const status = printed.find("\r\nContent-Type: message/");
  POSTERN_EXPECT(delimiter != std::string::npos && status != std::string::npos);
  auto const fields = printed.substr(status, printed.find("\r\n--", status + 2) - status);
  std::size_t actions = 0;
  for (auto at = fields.find("\r\nAction: "); at != std::string::npos;
       at = fields.find("\r\nAction: ", at + 1))
    ++actions;
  POSTERN_EXPECT(actions == 1);
  return 0;
}

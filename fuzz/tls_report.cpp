// Reports about TLS as others send them: JSON, and mails that carry it.
#include "wire/tls_report.hpp"

#include "expect.hpp"
#include "wire/gzip.hpp"
#include "wire/mime.hpp"
#include "wire/tls_report_mail.hpp"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using namespace postern::wire;
  std::string_view const text(reinterpret_cast<char const*>(data), size);
  if (auto const report = parse_tls_report(text)) {
    auto const again = parse_tls_report(print(*report));
    POSTERN_EXPECT(again && print(*again) == print(*report));
  }
  auto const parts = mime_leaves(text);
  POSTERN_EXPECT(parts.size() <= 1000);
  for (auto const& part : parts) POSTERN_EXPECT(part.content.size() <= 2 * text.size());
  auto const found = find_tls_reports(text);
  POSTERN_EXPECT(!found.reports.empty() || !found.problems.empty());
  for (auto const& report : found.reports) POSTERN_EXPECT(report.unread.size() <= 21);
  if (auto const content = gunzip(text, 100'000)) POSTERN_EXPECT(content->size() <= 100'000);
  return 0;
}

#include "whatif/reports/html_report.hpp"

#include "report_page.hpp"
#include "whatif/reports/json_report.hpp"

namespace postern::whatif {
namespace {

// JSON inside of a script element: nothing in it may end the element, or begin a comment.
std::string embedded(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  for (char const c : json)
    if (c == '<')
      out += "\\u003c";
    else
      out += c;
  return out;
}

// The template with each mark replaced by its text; the texts themselves are not searched.
std::string filled(std::string_view page,
                   std::initializer_list<std::pair<std::string_view, std::string_view>> marks) {
  std::string out;
  for (auto const& [mark, text] : marks) {
    auto const at = page.find(mark);
    if (at == std::string_view::npos) continue;
    out += page.substr(0, at);
    out += text;
    page.remove_prefix(at + mark.size());
  }
  return out += page;
}

}  // namespace

std::string html_report(Answer const& answer, std::string const& made_at) {
  auto json = json_report(answer, {5000, false});
  json.insert(1, "\"made_at\":\"" + made_at + "\",");
  return filled(
      ui::report_html(),
      {{"/*STYLE*/", ui::report_css()}, {"/*ANSWER*/", embedded(json)}, {"/*SCRIPT*/", ui::report_js()}});
}

}  // namespace postern::whatif

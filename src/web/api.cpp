#include "web/api.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>

#include "store/spool_answer.hpp"
#include "web/queue_json.hpp"

namespace postern::web {
namespace {

namespace json = boost::json;

constexpr std::size_t page_size = 1000;

struct Request {
  std::string_view method;
  std::string_view path;
  std::string_view query;

  bool is(std::string_view m, std::string_view p) const { return method == m && path == p; }
  // The rest behind a name and '='; one parameter is all there ever is.
  std::string_view parameter(std::string_view name) const {
    return query.substr(0, name.size()) == name && query.substr(name.size(), 1) == "="
               ? query.substr(name.size() + 1)
               : std::string_view();
  }
};

HttpAnswer answer(json::value const& value, int status = 200) {
  return {status, "application/json", json::serialize(value) + "\n"};
}

HttpAnswer error(int status, std::string_view what) { return answer(json::object{{"error", what}}, status); }

HttpAnswer done(std::string_view what) { return answer(json::object{{what, true}}); }

// Once the disk has it, or has refused it.
HttpAnswer done(std::string_view what, Result<void, store::SpoolError> const& outcome) {
  if (outcome) return done(what);
  return error(outcome.error() == store::SpoolError::missing ? 404 : 503, print(outcome.error()));
}

HttpAnswer hold(Control& control, MessageId id, bool held) {
  return done(held ? "held" : "retried",
              store::answer_of([&](auto tell) { control.spool().hold(id, held, std::move(tell)); }));
}

HttpAnswer remove(Control& control, MessageId id) {
  return done("deleted", store::answer_of([&](auto tell) { control.spool().remove(id, std::move(tell)); }));
}

HttpAnswer list(Control& control, Request const& request) {
  auto const after = MessageId::parse(request.parameter("after")).value_or(MessageId{});
  json::array messages;
  auto const destination = control.destination();
  auto const ids = control.spool().list(after, page_size);
  for (auto id : ids)
    if (auto const envelope = control.spool().envelope(id))
      messages.push_back(queue_json(id, *envelope, destination));
  json::value const next = ids.size() == page_size ? json::value(ids.back().print()) : json::value(nullptr);
  return answer(json::object{{"messages", std::move(messages)}, {"next", next}});
}

HttpAnswer show(Control& control, MessageId id) {
  auto const envelope = control.spool().envelope(id);
  if (!envelope) return error(404, "no such message");
  auto message = queue_json(id, *envelope, control.destination());
  auto const chunk = control.spool().read_chunk(id, 0);
  if (chunk && *chunk) message["header"] = (*chunk)->substr(0, (*chunk)->find("\r\n\r\n"));
  return answer(message);
}

HttpAnswer destinations(Control& control) {
  DestinationSummary summary(control.destination());
  store::for_each_id(control.spool(), [&](MessageId id) {
    if (auto const envelope = control.spool().envelope(id)) summary.add(*envelope);
  });
  return answer(json::object{{"destinations", summary.print(control.destinations())}});
}

HttpAnswer act(Control& control, MessageId id, std::string_view action, Request const& request) {
  if (action == "move") {
    auto const problem = control.move(id, std::string(request.parameter("to")));
    return problem.empty() ? done("moved") : error(400, problem);
  }
  if (action != "hold" && action != "release" && action != "retry") return error(404, "no such action");
  auto const envelope = control.spool().envelope(id);
  if (!envelope) return error(404, "no such message");
  if (action == "retry" && envelope->held)
    return error(409, "this message is held: release it first (`postern queue release " + id.print() + "`)");
  if (action == "hold") return hold(control, id, true);
  if (action == "release")
    if (auto const released = hold(control, id, false); released.status != 200) return released;
  control.retry(id);
  return done("retried");
}

std::optional<Instant> parse_day(std::string_view text) {  // "2026-11-24"
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  auto const number = [&](std::size_t at, std::size_t size, auto& value) {
    auto const part = text.substr(std::min(at, text.size()), size);
    return std::from_chars(part.data(), part.data() + part.size(), value).ptr == part.data() + size;
  };
  if (text.size() != 10 || !number(0, 4, year) || !number(5, 2, month) || !number(8, 2, day))
    return std::nullopt;
  std::chrono::year_month_day const date{std::chrono::year(year), std::chrono::month(month),
                                         std::chrono::day(day)};
  if (!date.ok()) return std::nullopt;
  return Instant(std::chrono::sys_days(date));
}

HttpAnswer send_for(Control& control, Request const& request, void (Control::*send)(Instant day)) {
  auto const day = parse_day(request.parameter("day"));
  if (!day) return error(400, "the day is written 2026-11-24");
  (control.*send)(*day);
  return done("sending");
}

HttpAnswer import_memory(Control& control) {
  auto const taken = control.take_imported_memory();
  return taken ? answer(json::object{{"imported", *taken}}) : error(500, taken.error());
}

HttpAnswer forget(Control& control, std::string_view rest) {  // "host/example.org", "host/192.0.2.0/24"
  auto const slash = rest.find('/');
  auto const kind = parse_word<policy::MemoryKind>(rest.substr(0, slash));
  if (!kind || slash == std::string_view::npos) return error(400, "which kind: host, client or sender?");
  bool const known = control.forget_memory(*kind, std::string(rest.substr(slash + 1)));
  return known ? answer(json::object{{"forgotten", true}}) : error(404, "nothing is remembered of it");
}

HttpAnswer answer_queue(Control& control, Request const& request, std::string_view rest) {
  if (rest.empty()) return request.method == "GET" ? list(control, request) : error(405, "GET only");
  if (rest == "retry" && request.method == "POST") {
    control.retry_all();
    return done("retried");
  }
  auto const slash = rest.find('/');
  auto const id = MessageId::parse(rest.substr(0, slash));
  if (!id) return error(400, "not a queue id (run `postern queue list`)");
  if (slash != std::string_view::npos)
    return request.method == "POST" ? act(control, *id, rest.substr(slash + 1), request)
                                    : error(405, "POST only");
  if (request.method == "DELETE")
    return control.spool().envelope(*id) ? remove(control, *id) : error(404, "no such message");
  return request.method == "GET" ? show(control, *id) : error(405, "GET or DELETE only");
}

}  // namespace

HttpAnswer answer_api(Control& control, std::string_view method, std::string_view target) {
  constexpr std::string_view queue = "/api/queue";
  constexpr std::string_view memory = "/api/memory/";
  auto const question = target.find('?');
  Request const request{method, target.substr(0, question),
                        question == std::string_view::npos ? "" : target.substr(question + 1)};
  if (request.is("GET", "/api/destinations")) return destinations(control);
  if (request.is("POST", "/api/tlsrpt/send")) return send_for(control, request, &Control::send_tls_reports);
  if (request.is("POST", "/api/notices/send")) return send_for(control, request, &Control::send_notices);
  if (request.is("POST", "/api/memory/import")) return import_memory(control);
  if (method == "DELETE" && request.path.starts_with(memory))
    return forget(control, request.path.substr(memory.size()));
  if (request.path == queue) return answer_queue(control, request, {});
  if (request.path.substr(0, queue.size() + 1) == std::string(queue) + "/")
    return answer_queue(control, request, request.path.substr(queue.size() + 1));
  return error(404, "no such thing");
}

}  // namespace postern::web

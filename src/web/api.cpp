#include "web/api.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "web/queue_json.hpp"

namespace postern::web {
namespace {

namespace json = boost::json;

constexpr std::size_t page_size = 1000;
constexpr std::string_view prefix = "/api/queue";

HttpAnswer answer(json::value const& value, int status = 200) {
  return {status, "application/json", json::serialize(value) + "\n"};
}

HttpAnswer error(int status, std::string_view what) { return answer(json::object{{"error", what}}, status); }

HttpAnswer list(store::Spool const& spool, std::string_view query) {
  MessageId after;
  if (auto const at = query.find("after="); at != std::string_view::npos)
    after = MessageId::parse(query.substr(at + 6)).value_or(MessageId{});
  json::array messages;
  auto const ids = spool.list(after, page_size);
  for (auto id : ids)
    if (auto const envelope = spool.envelope(id)) messages.push_back(queue_json(id, *envelope));
  json::value const next = ids.size() == page_size ? json::value(ids.back().print()) : json::value(nullptr);
  return answer(json::object{{"messages", std::move(messages)}, {"next", next}});
}

HttpAnswer show(store::Spool const& spool, MessageId id) {
  auto const envelope = spool.envelope(id);
  if (!envelope) return error(404, "no such message");
  auto message = queue_json(id, *envelope);
  auto const chunk = spool.read_chunk(id, 0);
  if (chunk && *chunk) message["header"] = (*chunk)->substr(0, (*chunk)->find("\r\n\r\n"));
  return answer(message);
}

HttpAnswer act(QueueControl const& control, MessageId id, std::string_view action) {
  if (action == "hold")
    return control.spool.hold(id, true) ? answer(json::object{{"held", true}})
                                        : error(404, "no such message");
  bool const release = action == "release";
  if (!release && action != "retry") return error(404, "no such action");
  if (release ? !control.spool.hold(id, false) : !control.spool.envelope(id))
    return error(404, "no such message");
  control.retry(id);
  return answer(json::object{{"retried", true}});
}

}  // namespace

HttpAnswer answer_api(QueueControl const& control, std::string_view method, std::string_view target) {
  auto const question = target.find('?');
  auto const path = target.substr(0, question);
  if (path.substr(0, prefix.size()) != prefix) return error(404, "no such thing");
  auto rest = path.substr(prefix.size());
  if (rest.empty() || rest == "/")
    return method == "GET"
               ? list(control.spool, question == std::string_view::npos ? "" : target.substr(question + 1))
               : error(405, "GET only");
  rest.remove_prefix(1);
  if (rest == "retry" && method == "POST") {
    control.retry_all();
    return answer(json::object{{"retried", true}});
  }
  auto const slash = rest.find('/');
  auto const id = MessageId::parse(rest.substr(0, slash));
  if (!id) return error(400, "that is no queue id");
  if (slash != std::string_view::npos)
    return method == "POST" ? act(control, *id, rest.substr(slash + 1)) : error(405, "POST only");
  if (method == "DELETE")
    return control.spool.remove(*id) ? answer(json::object{{"deleted", true}})
                                     : error(404, "no such message");
  return method == "GET" ? show(control.spool, *id) : error(405, "GET or DELETE only");
}

}  // namespace postern::web

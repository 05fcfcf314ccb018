#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cstdio>

#include "app/commands/commands.hpp"
#include "app/commands/complain.hpp"
#include "app/commands/control_client.hpp"
#include "app/commands/queue_recover.hpp"
#include "app/commands/queue_text.hpp"
#include "app/commands/server_settings.hpp"
#include "app/server/destination_of.hpp"
#include "app/settings/build_config.hpp"
#include "app/settings/data_dir.hpp"
#include "app/settings/find_config.hpp"
#include "base/counted.hpp"
#include "store/recovery.hpp"
#include "store/segment_reader.hpp"
#include "web/queue_json.hpp"

namespace postern::app {
namespace {

namespace json = boost::json;

// Talks to a running server.
class Running {
 public:
  Running(QueueOptions const& options, std::string socket) : options_(options), socket_(std::move(socket)) {}

  bool there = true;

  int run() {
    switch (options_.action) {
      case QueueAction::destinations: {
        auto const body = ask("GET", "/api/destinations");
        if (body) print_destinations(body->at("destinations").as_array(), options_.json);
        return body ? 0 : code_;
      }
      case QueueAction::list: {
        auto const all = list();
        if (all) print_list(*all, options_.json);
        return all ? 0 : code_;
      }
      case QueueAction::show: {
        auto const body = ask("GET", "/api/queue/" + options_.id);
        if (body) print_one(*body, options_.json);
        return body ? 0 : code_;
      }
      case QueueAction::retry:
      case QueueAction::hold:
      case QueueAction::release:
      case QueueAction::remove:
      case QueueAction::move:
      case QueueAction::recover: break;
    }
    return act_on_all_meant();
  }

 private:
  int act_on_all_meant() {
    if (!options_.id.empty()) return act_on(options_.id);
    if (options_.destination.empty()) return act("POST", "/api/queue/retry");  // all
    auto const all = list();
    if (!all) return code_;
    std::size_t held = 0;
    for (auto const& message : *all)
      if (options_.action == QueueAction::retry && message.as_object().at("held").as_bool())
        ++held;
      else if (int const code = act_on(text_of(message.as_object(), "id")); code != 0)
        return code;
    std::printf("%s\n", counted(all->size() - held, "message").c_str());
    if (held > 0)
      complain("not retried: " + counted(held, "message is held", "messages are held") +
               ", which `postern queue release` releases");
    return 0;
  }

  std::optional<json::object> ask(std::string const& method, std::string const& target) {
    auto answer = ask_server(socket_, method, target);
    code_ = 1;
    if (!answer) {
      complain(answer.error());
      return std::nullopt;
    }
    there = answer->has_value();
    if (!there) return std::nullopt;
    auto body = (*answer)->body.as_object();
    if ((*answer)->status == 200) return body;
    complain(text_of(body, "error"));
    return std::nullopt;
  }

  int act(std::string const& method, std::string const& target) {
    auto const body = ask(method, target);
    if (body && options_.destination.empty()) std::printf("done\n");
    return body ? 0 : code_;
  }

  int act_on(std::string const& id) {
    std::string const target = "/api/queue/" + id;
    if (options_.action == QueueAction::remove) return act("DELETE", target);
    bool const moves = options_.action == QueueAction::move;
    return act("POST",
               target + "/" + std::string(print(options_.action)) + (moves ? "?to=" + options_.to : ""));
  }

  bool wanted(json::object const& message) const {
    if (options_.destination.empty()) return true;
    auto const& recipients = message.at("recipients").as_array();
    return std::any_of(recipients.begin(), recipients.end(), [&](auto const& r) {
      return text_of(r.as_object(), "destination") == options_.destination;
    });
  }

  std::optional<json::array> list() {
    json::array all;
    for (std::string target = "/api/queue";;) {
      auto const body = ask("GET", target);
      if (!body) return std::nullopt;
      for (auto const& message : body->at("messages").as_array())
        if (wanted(message.as_object())) all.push_back(message);
      if (body->at("next").is_null()) return all;
      target = "/api/queue?after=" + text_of(*body, "next");
    }
  }

  QueueOptions const& options_;
  std::string socket_;
  int code_ = 1;
};

bool changes_something(QueueAction action) {
  return action != QueueAction::destinations && action != QueueAction::list && action != QueueAction::show;
}

int read_stopped(QueueOptions const& options, DataPaths const& paths, web::DestinationOf const& destination) {
  if (changes_something(options.action))
    return complain(
        "the server does not run: only destinations, list and show work on a stopped server's spool");
  store::SpoolIndex index;
  auto& files = store::real_files();
  if (auto const recovery = store::recover(files, paths.spool, index); !recovery)
    return complain(recovery.error());
  if (options.action != QueueAction::show) {
    json::array messages;
    web::DestinationSummary summary(destination);
    store::for_each_id(index, [&](MessageId id) {
      auto const envelope = index.envelope(id);
      summary.add(*envelope);
      if (options.action == QueueAction::list)
        messages.push_back(web::queue_json(id, *envelope, destination));
    });
    if (options.action == QueueAction::list)
      print_list(messages, options.json);
    else
      print_destinations(summary.print({}), options.json);
    return 0;
  }
  auto const id = MessageId::parse(options.id);
  auto const* entry = id ? index.find(*id) : nullptr;
  if (entry == nullptr) return complain(options.id + ": no such message");
  auto message = web::queue_json(*id, *index.envelope(*id), destination);
  if (!entry->chunks.empty()) {
    auto const& segment = index.segments().at(entry->chunks.front().segment);
    auto const content = store::read_content(*segment.file, segment.salt, *id, entry->chunks.front());
    if (content) message["header"] = content->substr(0, content->find("\r\n\r\n"));
  }
  print_one(message, options.json);
  return 0;
}

// Whether the action can go without the name of a message, or has one.
bool says_which(QueueOptions const& options) {
  switch (options.action) {
    case QueueAction::destinations:
    case QueueAction::list:
    case QueueAction::recover:
    case QueueAction::retry: return true;
    case QueueAction::show: return !options.id.empty();
    case QueueAction::hold:
    case QueueAction::release:
    case QueueAction::remove:
    case QueueAction::move: break;
  }
  return !options.id.empty() || !options.destination.empty();
}

}  // namespace

std::string_view print(QueueAction action) {
  switch (action) {
    case QueueAction::destinations: return "destinations";
    case QueueAction::list: return "list";
    case QueueAction::show: return "show";
    case QueueAction::retry: return "retry";
    case QueueAction::hold: return "hold";
    case QueueAction::release: return "release";
    case QueueAction::remove: return "delete";
    case QueueAction::move: return "move";
    case QueueAction::recover: break;
  }
  return "recover";
}

int run_queue(QueueOptions const& options) {
  if (!says_which(options))
    return complain("queue " + std::string(print(options.action)) +
                        ": which message? Give its queue id, or --destination",
                    2);
  bool const is_named = !options.data_dir.empty();
  if (!is_named && find_config(options.config).empty())
    return complain("there is no configuration: " + how_to_name_a_config() +
                        ". Or name the server's data directory: --data-dir DIRECTORY",
                    2);
  auto const found = is_named ? settings_or_defaults(options.config) : settings_of_server(options.config);
  if (found.code != 0) return found.code;
  std::string const directory = is_named ? options.data_dir : found.settings.data_directory();
  if (int const missing = require_data_directory(directory); missing != 0) return missing;
  DataPaths const paths(directory);
  if (options.action == QueueAction::recover) return recover_damaged(options, paths);
  if (!changes_something(options.action)) tell_of_files_set_aside(paths);
  Running running(options, paths.control);
  int const code = running.run();
  if (running.there) return code;
  auto const built = check_config(found.settings);
  if (!built.errors.empty()) return complain(built.errors.front());
  return read_stopped(options, paths, destination_of(built.delivery));
}

}  // namespace postern::app

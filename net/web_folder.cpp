#include "net/web_folder.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <utility>

namespace greenroom::net {

namespace fs = std::filesystem;

namespace {

constexpr std::uintmax_t file_bytes_max = 16 * 1024 * 1024;

/// The same as in web/embed.mjs.
constexpr std::array<std::pair<std::string_view, std::string_view>, 7> content_types{{
  {"", "text/plain; charset=utf-8"},
  {".css", "text/css; charset=utf-8"},
  {".html", "text/html; charset=utf-8"},
  {".js", "text/javascript; charset=utf-8"},
  {".md", "text/plain; charset=utf-8"},
  {".mjs", "text/javascript; charset=utf-8"},
  {".svg", "image/svg+xml"},
}};

/// @returns Empty for files that no page loads, such as package.json.
std::string_view content_type_of(const fs::path& file) {
  const auto extension = file.extension().string();
  const auto* found = std::ranges::find(
    content_types, extension, &std::pair<std::string_view, std::string_view>::first);
  return found == content_types.end() ? std::string_view{} : found->second;
}

/// Only plain names lead down; ".." and hidden files begin with a dot.
bool leads_down(const fs::path& relative) {
  return std::ranges::all_of(relative, [](const fs::path& part) {
    const auto name = part.string();
    return !name.empty() && !name.starts_with('.')
           && name.find_first_of(std::string_view{"\0\\%", 3}) == name.npos;
  });
}

bool is_below(const fs::path& file, const fs::path& root) {
  return std::ranges::mismatch(root, file).in1 == root.end();
}

} // namespace

std::optional<web_folder> web_folder::open(const std::string& folder) {
  std::error_code error;
  auto root = fs::canonical(folder, error);
  if (error || !fs::is_regular_file(root / "index.html", error))
    return std::nullopt;
  return web_folder{std::move(root)};
}

std::optional<web_folder::file> web_folder::read(std::string_view path) const {
  const bool is_room = path.starts_with("/r/");
  const fs::path wanted = path == "/" || is_room ? "index.html"
                                                 : path.substr(path.starts_with('/'));
  const auto content_type = content_type_of(wanted);
  if (content_type.empty() || wanted.is_absolute() || !leads_down(wanted))
    return std::nullopt;
  std::error_code error;
  const auto found = fs::canonical(root_ / wanted, error); // Links are followed.
  if (error || !is_below(found, root_) || !fs::is_regular_file(found, error)
      || fs::file_size(found, error) > file_bytes_max)
    return std::nullopt;
  std::ifstream stream{found, std::ios::binary};
  if (!stream)
    return std::nullopt;
  return file{content_type, {std::istreambuf_iterator<char>{stream}, {}}};
}

} // namespace greenroom::net

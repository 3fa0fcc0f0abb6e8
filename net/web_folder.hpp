// The page's files from a folder, for those who work on them.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace greenroom::net {

class web_folder {
public:
  /// @returns Nothing unless `folder` holds a page, which is its index.html.
  static std::optional<web_folder> open(const std::string& folder);

  struct file {
    std::string_view content_type;
    std::string content;
  };

  /// Reads the file as it is now. May block: this is not for production.
  /// @param path As requested, and as for the embedded files: "/" and each room's
  ///        address are index.html, all others are paths below the folder.
  /// @returns Nothing if there is no such file, its kind is none that a page may
  ///          load, its name is hidden, or it lies outside of the folder.
  std::optional<file> read(std::string_view path) const;

private:
  explicit web_folder(std::filesystem::path root) : root_(std::move(root)) {}

  std::filesystem::path root_; ///< Absolute and without links.
};

} // namespace greenroom::net

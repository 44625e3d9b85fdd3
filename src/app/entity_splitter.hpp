#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace meridian::app {

/// One element of a stream of Entities, or what is wrong with the stream at that place.
struct entity_piece {
    std::uint64_t line = 0; ///< on which it begins, from 1
    std::string text;       ///< supposedly JSON: only the frame around it was looked at
    std::string fault;      ///< not empty: `text` is none
    bool operator==(const entity_piece&) const = default;
};

/// Cuts a stream into its Entities without holding more than one of them: either lines (NDJSON,
/// blank ones are skipped), or the elements of a JSON array, which other arrays may follow. Which
/// it is the first character tells. Never fails: what cannot be cut is a piece with a fault, and
/// the cutting goes on behind it. Pure.
class entity_splitter {
public:
    /// Elements longer than `longest` bytes are dropped and become a fault.
    explicit entity_splitter(std::size_t longest) : longest_(longest) {}

    /// Appends the pieces that end in `chunk`, which may begin and end anywhere.
    void feed(std::string_view chunk, std::vector<entity_piece>& pieces);
    /// Appends what is left at the stream's end.
    void finish(std::vector<entity_piece>& pieces);

private:
    enum class place { mark, start, line, array, between_arrays, behind_arrays };

    void leave_mark(std::vector<entity_piece>& pieces);
    std::size_t skip_blanks(std::string_view chunk, std::size_t at);
    std::size_t feed_line(std::string_view chunk, std::size_t at,
                          std::vector<entity_piece>& pieces);
    std::size_t feed_element(std::string_view chunk, std::size_t at,
                             std::vector<entity_piece>& pieces);
    void keep(std::string_view part);
    void emit(std::vector<entity_piece>& pieces);
    void fail(std::vector<entity_piece>& pieces, std::string_view fault);

    std::size_t longest_;
    place place_ = place::mark;
    std::size_t marked_ = 0; ///< bytes of a byte order mark that the stream began with
    std::uint64_t line_ = 1;
    // The element at hand:
    std::string text_;
    std::uint64_t begins_ = 0; ///< its line; 0: only blanks so far
    bool too_long_ = false;
    // Within an array:
    bool empty_ = true;     ///< no element and no comma yet
    std::size_t depth_ = 0; ///< of brackets within the element
    bool in_string_ = false;
    bool escaped_ = false; ///< the string's last character was a backslash that counts
};

} // namespace meridian::app

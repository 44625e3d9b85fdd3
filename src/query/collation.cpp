#include "query/collation.hpp"

#include <unicode/coll.h>
#include <unicode/locid.h>
#include <unicode/stringpiece.h>
#include <unicode/uloc.h>
#include <unicode/unistr.h>

#include <array>

namespace meridian::query {

struct collation::state {
    std::unique_ptr<icu::Collator> order;
};

collation::collation(std::unique_ptr<state> made) noexcept : state_(std::move(made)) {}
collation::collation(collation&&) noexcept = default;
collation& collation::operator=(collation&&) noexcept = default;
collation::~collation() = default;

namespace {

constexpr std::size_t longest_name = 128;

problem refused(std::string_view name) {
    return problem{problem_kind::bad_request_data,
                   "collation: '" + std::string(name) + "' is no collation of ICU (RFC 6067)"};
}

/// The locale of a language tag; a bogus one where any part of it is not understood.
icu::Locale locale_of(std::string_view name) {
    std::array<char, ULOC_FULLNAME_CAPACITY> locale{};
    UErrorCode status = U_ZERO_ERROR;
    std::int32_t parsed = 0;
    const std::string tag(name); // uloc wants a terminated text
    uloc_forLanguageTag(tag.c_str(), locale.data(), static_cast<std::int32_t>(locale.size()),
                        &parsed, &status);
    icu::Locale made(locale.data());
    const bool is_whole = U_SUCCESS(status) != 0 && static_cast<std::size_t>(parsed) == name.size();
    const bool is_known = *made.getLanguage() == '\0' || *made.getISO3Language() != '\0';
    if (!is_whole || !is_known)
        made.setToBogus();
    return made;
}

} // namespace

result<collation> collation::create(std::string_view name) {
    icu::Locale locale = icu::Locale::getRoot();
    if (!name.empty()) {
        if (name.size() > longest_name)
            return refused(name.substr(0, longest_name));
        locale = locale_of(name);
        if (locale.isBogus() != 0)
            return refused(name);
    }
    UErrorCode status = U_ZERO_ERROR;
    auto made = std::make_unique<state>();
    made->order.reset(icu::Collator::createInstance(locale, status));
    if (U_FAILURE(status) != 0 || !made->order)
        return refused(name);
    return collation(std::move(made));
}

std::string collation::key_of(std::string_view text) const {
    const auto wide = icu::UnicodeString::fromUTF8(
        icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())));
    std::string key(text.size() * 2 + 16, '\0');
    const auto write = [&] {
        return static_cast<std::size_t>(
            state_->order->getSortKey(wide, reinterpret_cast<std::uint8_t*>(key.data()),
                                      static_cast<std::int32_t>(key.size())));
    };
    auto size = write();
    if (size > key.size()) {
        key.resize(size);
        size = write();
    }
    key.resize(size == 0 ? 0 : size - 1); // the key ends in a zero byte
    return key;
}

} // namespace meridian::query

#pragma once

#include "meridian/base/time.hpp"

#include <libpq-fe.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace meridian::store::pg {

/// PostgreSQL counts microseconds from 2000-01-01, we from 1970-01-01.
inline constexpr std::chrono::microseconds postgres_epoch = std::chrono::seconds{946'684'800};

/// One row of a `result`; valid as long as that lives. Columns are numbered from 0 and typed by
/// the statement: asking for another type than the column has is a bug (assert), not an error.
class row {
public:
    row(const PGresult* from, int number) noexcept : from_(from), number_(number) {}

    [[nodiscard]] bool is_null(int column) const noexcept {
        return PQgetisnull(from_, number_, column) != 0;
    }
    [[nodiscard]] bool boolean(int column) const noexcept;
    [[nodiscard]] std::int16_t int2(int column) const noexcept;
    [[nodiscard]] std::int32_t int4(int column) const noexcept;
    [[nodiscard]] std::int64_t int8(int column) const noexcept;
    [[nodiscard]] double float8(int column) const noexcept;
    /// text, varchar, name, json: the bytes within the result, no copy. Empty for NULL.
    [[nodiscard]] std::string_view text(int column) const noexcept;
    /// bytea: the bytes within the result, no copy. Empty for NULL.
    [[nodiscard]] std::string_view bytea(int column) const noexcept { return text(column); }
    /// jsonb: its text without the version byte. Empty for NULL.
    [[nodiscard]] std::string_view jsonb(int column) const noexcept;
    /// timestamptz. `infinity` and `-infinity` give timestamp::max() and min().
    [[nodiscard]] timestamp timestamptz(int column) const noexcept;
    /// One-dimensional arrays without NULL elements; NULL gives an empty one.
    [[nodiscard]] std::vector<std::int32_t> int4_array(int column) const;
    [[nodiscard]] std::vector<std::int64_t> int8_array(int column) const;
    [[nodiscard]] std::vector<std::string_view> text_array(int column) const;

private:
    const PGresult* from_;
    int number_;
};

/// The rows that one statement answered, in binary format. Owns libpq's PGresult; views taken from
/// its rows live as long as it does. Moving keeps them valid.
class result {
public:
    result() noexcept = default;
    explicit result(PGresult* owned) noexcept : owned_(owned) {}

    [[nodiscard]] std::size_t size() const noexcept {
        return owned_ ? static_cast<std::size_t>(PQntuples(owned_.get())) : 0;
    }
    [[nodiscard]] bool empty() const noexcept { return size() == 0; }
    [[nodiscard]] row operator[](std::size_t number) const noexcept {
        return {owned_.get(), static_cast<int>(number)};
    }
    /// Memory that it takes.
    [[nodiscard]] std::size_t bytes() const noexcept {
        return owned_ ? PQresultMemorySize(owned_.get()) : 0;
    }
    /// Rows that an INSERT, UPDATE, DELETE or SELECT touched; 0 for other commands.
    [[nodiscard]] std::int64_t affected() const noexcept;

    class iterator {
    public:
        using difference_type = std::ptrdiff_t;
        using value_type = row;
        iterator() noexcept = default;
        iterator(const PGresult* from, int number) noexcept : from_(from), number_(number) {}
        row operator*() const noexcept { return {from_, number_}; }
        iterator& operator++() noexcept {
            ++number_;
            return *this;
        }
        iterator operator++(int) noexcept {
            iterator before = *this;
            ++number_;
            return before;
        }
        bool operator==(const iterator& other) const noexcept { return number_ == other.number_; }

    private:
        const PGresult* from_ = nullptr;
        int number_ = 0;
    };
    [[nodiscard]] iterator begin() const noexcept { return {owned_.get(), 0}; }
    [[nodiscard]] iterator end() const noexcept { return {owned_.get(), static_cast<int>(size())}; }

private:
    struct clear {
        void operator()(PGresult* owned) const noexcept { PQclear(owned); }
    };
    std::unique_ptr<PGresult, clear> owned_;
};

} // namespace meridian::store::pg

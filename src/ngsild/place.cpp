#include "place.hpp"

namespace meridian::ngsild {

std::string place::pointer() const {
    if (parent_ == nullptr)
        return {};
    auto out = parent_->pointer();
    out += '/';
    if (is_index_)
        return out + std::to_string(index_);
    for (const char character : name_) {
        if (character == '~')
            out += "~0";
        else if (character == '/')
            out += "~1";
        else
            out += character;
    }
    return out;
}

} // namespace meridian::ngsild

#pragma once
// json/codec.hpp

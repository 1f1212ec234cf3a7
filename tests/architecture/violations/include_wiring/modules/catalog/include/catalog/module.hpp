#pragma once
// catalog/module.hpp

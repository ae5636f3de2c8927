/* Every weight of the font is asked for before anything is written in it: a page whose letters come later is laid out twice. */
["400", "500", "600", "700"].forEach((weight) => document.fonts.load(weight + " 1em \"Be Vietnam Pro\"", "a\u1ea1"));

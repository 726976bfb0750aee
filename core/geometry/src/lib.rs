//! Points, rectangles and regions: the algebra of dirty areas.

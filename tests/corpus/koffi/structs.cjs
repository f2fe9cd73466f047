const koffi = require("koffi");

const Point = koffi.struct("Point", { x: "double", y: "double" });
const Kind = koffi.enumeration("Kind", { CIRCLE: 0, SQUARE: 1 });
const Name = koffi.array("char", 32, "String");
const Shape = koffi.struct("Shape", {
  kind: Kind,
  corners: koffi.array(Point, 4),
  name: Name,
  next: "Shape *",
  payload: koffi.union({ number: "int64", address: "void *" }),
  flags: koffi.struct({ visible: "bool", level: [4, "uint8"] }),
});
const packed = koffi.pack("Header", { magic: "uint32_be_t", length: "uint16_le", rest: "uint8_t [6]" });
const shapes = koffi.load(process.env.SHAPES);
const area = shapes.func("double shape_area(const Shape *shape)");
const centre = shapes.func("Point shape_centre(Shape *shape, _Out_ Point *also)");
const move = shapes.func("shape_move", "void", [koffi.inout("Shape *"), Point]);
console.log(koffi.sizeof(Shape), koffi.offsetof("Shape", "next"), koffi.alignof(packed), area, centre, move);

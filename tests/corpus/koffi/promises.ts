import { promisify } from "node:util";
import koffi from "koffi";

type Sleep = (microseconds: number) => number;
const usleep = koffi.load("libc.so.6").func("int usleep(unsigned int microseconds)") as koffi.KoffiFunc<Sleep>;
const later = promisify(usleep.async);
for (const time of [1, 2, 3]) console.log(await later(time));

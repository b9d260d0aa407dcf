import type { Expr } from '../asm/index.ts';
import type { FloatLanes, LaneTypes } from '../lanes/index.ts';
import { exp } from './exp.ts';
import { horner } from './poly.ts';

// (erf x − x)/x in x², minimax on [0, 0.93] and [0, 0.9].
const smallPoly = {
  f32: [0.128379167, -0.37612632, 0.11283676, -0.026858533, 0.005199148, -0.0008123187, 8.293013e-5],
  f64: [
    0.1283791670955126, -0.37612638903183937, 0.11283791670963227, -0.02686617064678677, 0.005223977644516723,
    -0.0008548328395336526, 0.00012055398311816561, -1.4927780473907297e-5, 1.651040422647233e-6,
    -1.7126353394521327e-7, 2.2967568534820496e-8, -6.918644513658009e-9, 2.417312031927288e-9,
    -4.2760647181653715e-10,
  ],
};

// log erfc(x) on [0.91, 3.95], whose error counts little against the 1.
const logPoly = [
  0.00030332414, -1.1301694, -0.63192844, -0.10999024, 0.02637374, -0.004744175, 0.0005937776, -4.5729415e-5,
  1.6220364e-6,
];

// (1 + 2x)·e^(x²)·erfc(x) in t = (x − 4)/(x + 4), for x from ½ to 27.5.
const tailPoly = [
  1.2329951186255526, -0.1396211168405625, 0.015379652102620043, 0.06809705425469156, -0.10103906603632529,
  0.09373283499839588, -0.06633036581163947, 0.03716751553664668, -0.016197734066094784, 0.00503196998581526,
  -0.0007577732183326572, -0.0001992567348711853, 0.0001506213015908848, -2.439910602061407e-5,
  -1.1220737147021117e-5, 5.709641736153578e-6, 2.9088647838146644e-7, -8.257320917077256e-7,
  7.891444231849835e-8, 1.1113322556285721e-7, -2.180320772240719e-8, -1.557779299740331e-8,
  3.797583092359737e-9, 2.223941450715652e-9, -4.0821128625690044e-10, -2.357380794966539e-10,
];

function small<L extends LaneTypes>(o: FloatLanes<L>, x: Expr<L['value']>): Expr<L['value']> {
  const z = o.let(o.mul(x, x));
  return o.madd(x, horner(o, z, smallPoly[o.element]), x);
}

/** erfc of `size ≥ ½`, relatively accurate down to where it underflows. */
function tail<D extends LaneTypes>(d: FloatLanes<D>, size: Expr<D['value']>): Expr<D['value']> {
  const a = d.let(d.clamp(size, 0, 28));
  const four = d.const(4);
  const one = d.const(1);
  const t = d.let(d.div(d.sub(a, four), d.add(a, four)));
  const head = d.let(d.fromBits(d.iand(d.bits(a), d.int(-(1n << 27n)))));
  // e^(−a²) = e^(−head²)·e^(−low), with head² exact and low tiny.
  const low = d.let(d.mul(d.sub(a, head), d.add(a, head)));
  const nudge = horner(d, low, [1, -1, 1 / 2, -1 / 6]);
  const gauss = d.mul(exp(d, d.neg(d.mul(head, head))), nudge);
  return d.div(d.mul(horner(d, t, tailPoly), gauss), d.add(one, d.add(a, a)));
}

export function erf<L extends LaneTypes>(o: FloatLanes<L>, x: Expr<L['value']>): Expr<L['value']> {
  const from = o.let(x);
  const size = o.let(o.abs(from));
  const near = o.let(small(o, from));
  const one = o.const(1);
  if (o.element === 'f32') {
    const far = o.sub(one, exp(o, horner(o, o.let(o.clamp(size, 0, 3.95)), logPoly)));
    return o.select(o.lt(size, o.const(0.92)), near, o.copysign(o.let(far), from));
  }
  const far = o.let(o.sub(one, tail(o, size)));
  return o.select(o.lt(size, o.const(0.9)), near, o.copysign(far, from));
}

export function erfc<L extends LaneTypes>(o: FloatLanes<L>, x: Expr<L['value']>): Expr<L['value']> {
  return o.viaDouble([x], (d, [from]) => {
    const v = d.let(from as Expr);
    const size = d.let(d.abs(v));
    const far = d.let(tail(d, size));
    const wide = d.select(d.lt(v, d.const(0)), d.sub(d.const(2), far), far);
    const narrow = d.sub(d.const(1), small(d, v));
    return d.select(d.lt(size, d.const(0.5)), narrow, wide);
  });
}

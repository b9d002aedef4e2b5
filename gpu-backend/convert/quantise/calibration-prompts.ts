/**
 * What a model is calibrated and measured on where the user gives no prompts of its own kind: plain captions of many
 * subjects, long and short.
 */
export const CALIBRATION_PROMPTS: readonly string[] = [
  'a red apple on a wooden table',
  'a dog running on the beach',
  'a bowl of fruit',
  'a small brown bird on a branch in the snow',
  'a city skyline at night with lights reflected in the water',
  'a man riding a wave on top of a surfboard',
  'a slice of pizza',
  'a smiling face',
  'an old steam train crossing a stone bridge in the mountains',
  'a blue heart',
  'a white cat sleeping on a sofa near a window',
  'a field of sunflowers under a clear sky',
  'a black and white photograph of an empty street',
  'a glass of water',
  'two children flying a kite in a green park on a sunny day',
  'a colourful hot air balloon',
  'a bus parked on the side of the road',
  'a cup of coffee and a book',
  'an astronaut riding a horse on the moon, oil painting',
  'a wooden house by a lake in autumn',
  'a yellow star',
  'a vase of pink roses on a windowsill',
  'a penguin standing on ice',
  'a plate with fish, rice and vegetables',
];

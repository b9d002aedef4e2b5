import { createMemoryStore } from '../../../gpu-backend/storage/memory-store.ts';
import { objectStoreConformance } from '../../conformance/object-store.ts';

objectStoreConformance('memory', createMemoryStore);
